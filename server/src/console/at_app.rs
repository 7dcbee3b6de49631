//! Who is at a page of one app: the admin, the app, and the frame that goes around the page.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use serde::Deserialize;
use tenure_service::admins::{AdminCaller, AdminRole};
use tenure_service::catalogue::App;

use super::Console;
use super::admin::Admin;
use super::form::Form;
use super::page::{AppName, Frame, PageFailure, Place};
use crate::console::address::Path;
use crate::limits::MANAGEMENT_BODY_BYTES;
use crate::request::app_id;

/// An admin at a page of the app in the address. Refuses an app that is not there.
pub(super) struct AtApp {
    pub(super) admin: AdminCaller,
    pub(super) app: Arc<App>,
}

/// The same for a page that changes something: refuses whoever may not, before anyone looks whether there is such an app.
pub(super) struct OperatorAt(pub(super) AtApp);

/// A form of such a page, read once all the others have been let in.
pub(super) struct Sent(pub(super) Form);

/// What such an address has, whatever comes behind it.
#[derive(Deserialize)]
struct InPath {
    app: String,
}

impl AtApp {
    async fn of(admin: AdminCaller, parts: &mut Parts, console: &Console) -> Result<Self, PageFailure> {
        let Path(InPath { app }) = Path::from_request_parts(parts, console).await?;
        Ok(Self { admin, app: console.http.service.app(&app_id(&app)?)? })
    }

    /// The frame of the page.
    pub(super) fn frame(&self, console: &Console, place: Place, title: &str) -> Frame {
        Frame { app: Some(self.name()), ..Frame::new(console, &self.admin, place, title) }
    }

    /// The app, as menus name it.
    pub(super) fn name(&self) -> AppName {
        AppName { id: self.app.id.to_string(), name: self.app.name.clone() }
    }

    /// Whether the admin may end sessions here, and change the settings.
    pub(super) fn may_change(&self) -> bool {
        self.admin.require(AdminRole::Operator).is_ok()
    }

    /// The same page, of the app as it is now.
    pub(super) fn anew(&self, console: &Console) -> Result<Self, PageFailure> {
        Ok(Self { admin: self.admin.clone(), app: console.http.service.app(&self.app.id)? })
    }
}

impl FromRequestParts<Console> for AtApp {
    type Rejection = PageFailure;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, PageFailure> {
        let Admin(admin) = Admin::from_request_parts(parts, console).await?;
        Self::of(admin, parts, console).await
    }
}

impl FromRequestParts<Console> for OperatorAt {
    type Rejection = PageFailure;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, PageFailure> {
        let Admin(admin) = Admin::from_request_parts(parts, console).await?;
        admin.require(AdminRole::Operator)?;
        AtApp::of(admin, parts, console).await.map(Self)
    }
}

impl FromRequest<Console> for Sent {
    type Rejection = PageFailure;

    async fn from_request(request: Request, console: &Console) -> Result<Self, PageFailure> {
        let (parts, body) = request.into_parts();
        let form = Form::read_up_to(MANAGEMENT_BODY_BYTES, &console.http, &parts.headers, body).await?;
        Ok(Self(form))
    }
}
