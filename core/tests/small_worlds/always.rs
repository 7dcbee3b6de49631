//! What must hold in every state of every world, whoever lives in it: P3, P4 and P5.

use tenure_core::refusal::Refusal;
use tenure_core::rotate::Served;

use crate::desk::{Desk, Key, RowId, TokenId, Told, When};
use crate::explore::{Broken, Property};

/// Checks one head, ended is absorbing, and forgery changes nothing, for every token that was ever minted.
pub(crate) fn always(desk: &mut Desk<'_>, row: RowId, minted: &[TokenId], when: When) -> Result<(), Broken> {
    let mut heads = 0;
    for &token in minted {
        if desk.takes_forgery_of(token) {
            return Err(Broken(Property::P5, format!("a forgery of token {} is taken", desk.seq(token))));
        }
        let keys = if desk.ended(row) { &[Key::None, Key::Own, Key::Thiefs][..] } else { &[Key::None] };
        for &key in keys {
            let (after, told) = desk.present(row, token, key, when);
            if desk.ended(row) && (after != row || !matches!(told, Told::Refused(Refusal::Ended(_)))) {
                return Err(Broken(Property::P4, format!("{told:?} after the end")));
            }
            heads += usize::from(matches!(told, Told::Served(Served::Rotated, _)));
        }
    }
    if heads > 1 {
        return Err(Broken(Property::P3, format!("{heads} tokens can rotate")));
    }
    Ok(())
}

/// `tokens` with `token` among them, in order and without repetition: equal sets are equal states.
pub(crate) fn with(tokens: &[TokenId], token: TokenId) -> Vec<TokenId> {
    let mut all = tokens.to_vec();
    if let Err(place) = all.binary_search(&token) {
        all.insert(place, token);
    }
    all
}
