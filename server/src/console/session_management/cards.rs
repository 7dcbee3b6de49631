//! The presets as cards, in groups: what each sets, where that comes from, and how it stands to the standard that it names.

use serde_json::{Map, Value};
use tenure_core::settings::Settings;
use tenure_service::change_settings::presets;
use tenure_service::settings::to_json;
use tenure_wire::app::Preset;

use super::fields::{FIELDS, Field};

/// Which presets stand together.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Where to begin", &["consumer", "higher-security", "long-lived"]),
    ("For everybody", &["ecommerce", "social-pwa", "mobile-native", "oidc-spa"]),
    ("At work", &["saas-workforce", "saas-productivity", "internal-tool"]),
    ("Regulated", &["bank-psd2", "pci-admin", "aal3-privileged", "clinical-shared", "patient-portal"]),
    ("Shared, or without anybody in front", &["kiosk", "cli", "unattended"]),
];
/// What each card shows in a place of its own, or is the same on all of them.
const SHOWN_APART: [&str; 5] =
    ["refresh_tokens", "auth_token_ttl", "idle_timeout", "absolute_lifetime", "justification"];

/// Presets that stand together.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) cards: Vec<Card>,
    /// Whether it is shown without being asked for: the first one, and that of the chosen preset.
    pub(super) open: bool,
}

/// A preset.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) for_whom: String,
    pub(super) auth_token: String,
    pub(super) idle: String,
    pub(super) absolute: String,
    /// What else it sets to something that a new app has not.
    pub(super) more: Vec<String>,
    pub(super) sources: Vec<String>,
    /// The standard that it names, and whether it meets it.
    pub(super) standard: Option<(String, bool)>,
    /// What it asks for and cannot have yet, in words.
    pub(super) not_met: Vec<String>,
    pub(super) chosen: bool,
}

/// Every preset.
pub(super) fn groups(chosen: Option<&str>) -> Vec<Group> {
    let all = presets();
    let shown = |(title, ids): &(&'static str, &[&str])| {
        let found = ids.iter().filter_map(|id| all.iter().find(|preset| preset.id == *id));
        let cards: Vec<_> = found.map(|preset| card(preset, chosen)).collect();
        let open = *title == GROUPS[0].0 || cards.iter().any(|card| card.chosen);
        Group { title, cards, open }
    };
    GROUPS.iter().map(shown).collect()
}

fn card(preset: &Preset<Map<String, Value>>, chosen: Option<&str>) -> Card {
    let said = |key: &str| {
        let value = preset.settings.get(key);
        Field::find(key).zip(value).map(|(field, value)| field.said(value)).unwrap_or_default()
    };
    let fresh = to_json(&Settings::default());
    let differs = |field: &&Field| {
        !SHOWN_APART.contains(&field.key) && preset.settings.get(field.key) != fresh.get(field.key)
    };
    let label = |key: &String| Field::find(key).map_or(key.as_str(), |field| field.label).to_lowercase();
    Card {
        id: preset.id.clone(),
        for_whom: preset.for_whom.clone(),
        auth_token: said("auth_token_ttl"),
        idle: said("idle_timeout"),
        absolute: said("absolute_lifetime"),
        more: FIELDS
            .iter()
            .filter(differs)
            .map(|field| format!("{}: {}", field.label, said(field.key)))
            .collect(),
        sources: preset.sources.clone(),
        standard: preset.standard.clone().map(|standard| (standard, preset.deviates.is_empty())),
        not_met: preset.not_met.iter().map(label).collect(),
        chosen: chosen == Some(preset.id.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use tenure_core::preset::ALL;

    use super::*;

    #[test]
    fn every_preset_has_one_card() {
        let mut carded: Vec<_> = GROUPS.iter().flat_map(|(_, ids)| *ids).copied().collect();
        assert_eq!(
            carded[..3],
            ["consumer", "higher-security", "long-lived"],
            "the original three come first"
        );
        let mut all: Vec<_> = ALL.iter().map(|preset| preset.id).collect();
        carded.sort_unstable();
        all.sort_unstable();
        assert_eq!(carded, all);
    }

    #[test]
    fn a_card_has_the_presets_numbers() {
        let groups = groups(Some("bank-psd2"));
        let open: Vec<_> = groups.iter().map(|group| group.open).collect();
        assert_eq!(open, [true, false, false, true, false]);
        let card = groups[3].cards.iter().find(|card| card.chosen).unwrap();
        assert_eq!(
            (card.auth_token.as_str(), card.idle.as_str(), card.absolute.as_str()),
            ("2 min", "5 min", "1 h")
        );
        assert!(card.more.contains(&"Live sessions of a user: 3".to_owned()), "{:?}", card.more);
        assert_eq!(card.standard, Some(("RTS (EU) 2018/389 Art. 4(3)(d)".to_owned(), true)));
        assert_eq!(card.not_met, ["proof of possession"]);
        let social = groups[1].cards.iter().find(|card| card.id == "social-pwa").unwrap();
        assert_eq!(social.standard, Some(("NIST SP 800-63B-4 AAL1".to_owned(), false)));
    }
}
