// The one-time code stands behind the `#`, where no server, proxy or log sees it; this puts it into the form, and takes it out
// of the address.
const code = location.hash.slice(1);
if (code) {
  document.getElementById('code').value = code;
  history.replaceState(null, '', location.pathname);
  document.getElementById('go').focus();
}
