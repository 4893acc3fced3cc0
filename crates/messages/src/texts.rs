//! Every text there is, by name. The words are in `locales`.

use std::time::Duration;

use fluent_templates::fluent_bundle::FluentValue;

use crate::{locale::Locale, text, text::Text};

/// What may stand for a variable.
trait Variable {
    fn value(self) -> FluentValue<'static>;
}

impl Variable for &str {
    fn value(self) -> FluentValue<'static> {
        text::clean(self).into()
    }
}

impl Variable for u32 {
    fn value(self) -> FluentValue<'static> {
        self.into()
    }
}

impl Variable for u64 {
    fn value(self) -> FluentValue<'static> {
        self.into()
    }
}

/// The name of a text and of its variables, for the tests.
#[cfg(test)]
pub(crate) struct Entry {
    pub(crate) key: &'static str,
    pub(crate) variables: &'static [&'static str],
}

macro_rules! texts {
    ($($name:ident $(($($variable:ident: $kind:ty),+))?;)+) => {
        impl Locale {
            $(
                #[doc = concat!("`", stringify!($name), "` of the catalog.")]
                #[must_use]
                pub fn $name(self $(, $($variable: $kind),+)?) -> Text {
                    self.look_up(stringify!($name), &[$($((stringify!($variable), Variable::value($variable))),+)?])
                }
            )+
        }

        #[cfg(test)]
        pub(crate) const ENTRIES: &[Entry] = &[
            $(Entry { key: stringify!($name), variables: &[$($(stringify!($variable)),+)?] },)+
        ];
    };
}

texts! {
    // common.ftl
    page_title(page: &str, service: &str);
    language_name;
    language_label;
    app_policy;
    app_terms;
    app_links(app: &str);
    throttled_seconds(count: u64);
    throttled_minutes(count: u64);
    throttled_hours(count: u64);

    // sign_in.ftl
    sign_in_heading;
    sign_in_lede(app: &str);
    sign_in_lede_alone(service: &str);
    sign_in_again_lede(app: &str);
    sign_in_again_lede_alone;
    sign_in_username;
    sign_in_password;
    sign_in_show_password;
    sign_in_submit;
    sign_in_error_wrong;
    sign_in_error_missing;
    sign_in_error_expired;
    sign_in_error_unavailable;

    // factors.ftl
    verify_heading;
    verify_signing_in_as;
    verify_lede_totp;
    verify_lede_recovery;
    verify_lede_none;
    verify_code;
    verify_recovery_code;
    verify_submit;
    verify_with_totp;
    verify_with_recovery;
    verify_error_code;
    verify_error_recovery;
    enroll_heading;
    enroll_lede(app: &str);
    enroll_lede_alone(service: &str);
    enroll_decline;
    enroll_error_expired;
    totp_step_scan;
    totp_qr_alt;
    totp_by_hand;
    totp_open;
    totp_step_code;
    totp_submit;
    recovery_codes_heading;
    recovery_codes_lede;
    recovery_codes_once;
    recovery_codes_continue;
    recovery_codes_copy;
    recovery_codes_copied;
    recovery_codes_download;
    recovery_codes_print;

    // passkey.ftl
    passkey_name;
    passkey_or;
    passkey_sign_in;
    passkey_cancelled;
    passkey_missing;
    passkey_error_unknown;
    passkey_error_refused;
    passkey_verify_lede;
    passkey_verify_submit;
    passkey_verify_with;
    passkey_verify_lost;
    passkey_create_heading;
    passkey_create_lede;
    passkey_create_submit;
    passkey_create_cancelled;
    passkey_create_present;
    passkey_error_already;
    passkey_error_full;
    passkey_error_create;
    passkey_error_create_expired;
    passkey_offer_heading;
    passkey_offer_later;
    // upstream.ftl
    upstream_with(provider: &str);
    upstream_or;
    upstream_organization;
    upstream_back;
    upstream_back_account;
    upstream_organization_heading;
    upstream_organization_lede;
    upstream_address;
    upstream_organization_submit;
    upstream_address_missing;
    upstream_address_unknown;
    upstream_link_heading;
    upstream_link_sign_in_lede(provider: &str, email: &str);
    upstream_link_confirm_lede(provider: &str, email: &str);
    upstream_link_sign_out_lede(email: &str);
    upstream_link_sign_in;
    upstream_link_confirm;
    upstream_link_decline;
    upstream_expired_title;
    upstream_expired_message;
    upstream_gone_title;
    upstream_gone_message;
    upstream_denied_title(provider: &str);
    upstream_denied_message(provider: &str);
    upstream_unavailable_title(provider: &str);
    upstream_unavailable_message;
    upstream_not_accepted_title(provider: &str);
    upstream_not_accepted_message;
    upstream_no_account_title;
    upstream_no_account_message(provider: &str);
    upstream_disabled_title;
    upstream_disabled_message;
    upstream_taken_title;
    upstream_taken_message(provider: &str);
    upstream_other_title;
    upstream_other_message(provider: &str);

    // account.ftl
    account_signed_in_as;
    account_not_you;
    account_switch;
    select_account_heading;
    select_account_lede(app: &str);
    select_account_lede_alone(service: &str);
    select_account_continue(name: &str);
    select_account_other;
    home_heading_in;
    home_lede_in(service: &str);
    home_heading_out(service: &str);
    home_lede_out;
    home_sign_in;
    home_sign_out;
    home_account;

    // consent.ftl
    consent_heading(app: &str);
    consent_lede(app: &str);
    consent_allow;
    consent_deny;
    consent_return(host: &str);
    consent_identity_group;
    consent_resource_alone;
    scope_openid;
    scope_profile;
    scope_email;
    scope_address;
    scope_phone;
    scope_offline_access;

    // sign_out.ftl
    logout_heading;
    logout_lede(service: &str);
    logout_lede_app(app: &str, service: &str);
    logout_confirm;
    logout_stay;
    signed_out_heading;
    signed_out_lede(service: &str);
    signed_out_advice;
    signed_out_continue(app: &str);
    signed_out_sign_in;

    // form_post.ftl
    form_post_heading;
    form_post_lede(host: &str);
    form_post_submit;

    // problem.ftl
    problem_request_id;
    problem_detail;
    problem_next_home(service: &str);
    problem_next_app(app: &str);
    problem_next_sign_out;
    problem_invalid_request_title;
    problem_invalid_request_message;
    problem_unknown_client_title;
    problem_unknown_client_message;
    problem_redirect_uri_title;
    problem_redirect_uri_message;
    problem_expired_title;
    problem_expired_message;
    problem_other_browser_title;
    problem_other_browser_message;
    problem_used_title;
    problem_used_message;
    problem_logout_request_title;
    problem_logout_request_message;
    problem_forged_title;
    problem_forged_message;
    problem_not_found_title;
    problem_not_found_message;
    problem_method_title;
    problem_method_message;
    problem_too_large_title;
    problem_too_large_message;
    problem_throttled_title;
    problem_unavailable_title;
    problem_unavailable_message;
    problem_internal_title;
    problem_internal_message;

    // by_mail.ftl
    sign_in_forgot;
    sign_in_mail_code;
    sign_in_sign_up;
    sign_in_password_changed;
    by_mail_name;
    by_mail_error_missing;
    by_mail_sent_heading;
    by_mail_spam;
    by_mail_again;
    by_mail_back;
    mail_code_heading;
    mail_code_lede;
    mail_code_send;
    mail_code_sent_heading;
    mail_code_sent_lede(name: &str);
    mail_code_code;
    mail_code_error;
    sign_in_link_lede(service: &str);
    link_elsewhere_heading;
    link_elsewhere_message;
    link_again_heading;
    link_again_message;
    link_over_heading;
    link_over_message;
    link_over_again;
    reset_heading;
    reset_lede;
    reset_send;
    reset_sent_lede(name: &str);
    new_password_heading;
    new_password_lede;
    new_password_field;
    new_password_hint;
    new_password_submit;
    new_password_error_missing;
    new_password_error_length;
    new_password_error_characters;
    new_password_error_common;
    new_password_error_own;
    new_password_error_guessable;
    verify_email_heading;
    verify_email_lede(address: &str);
    verify_new_email_lede(address: &str, service: &str);
    verify_email_submit;
    verify_email_done_heading;
    verify_email_done_lede(address: &str);
    verify_email_next;
    verify_email_taken_heading;
    verify_email_taken_message(address: &str);
    account_email_lede(service: &str);
    account_email_current;
    account_email_none;
    account_email_verify;
    account_email_sent;
    account_email_pending;
    account_email_pending_note(address: &str);
    account_email_cancel;
    account_email_canceled;
    account_email_change;
    account_email_change_note;
    account_email_new;
    account_email_change_sent;
    account_email_error_same;
    sign_up_heading;
    sign_up_lede(app: &str);
    sign_up_lede_alone(service: &str);
    sign_up_email;
    sign_up_send;
    sign_up_have_account;
    sign_up_error_address;
    sign_up_error_domain;
    sign_up_sent_lede(address: &str);
    sign_up_form_heading;
    sign_up_form_lede(address: &str, service: &str);
    sign_up_username_hint;
    sign_up_name;
    sign_up_submit;
    sign_up_error_username;
    sign_up_error_username_taken;
    sign_up_error_name;
    sign_up_taken_heading;
    sign_up_taken_message;
    // my_account.ftl
    my_profile;
    my_security;
    my_sessions;
    my_apps;
    my_activity;
    my_data;
    my_edit;
    my_edit_named(name: &str);
    my_save;
    my_cancel;
    my_not_set;
    my_on;
    my_off;
    my_added;
    my_last_used;
    my_device(browser: &str, system: &str);
    my_device_unknown;
    my_done_saved;
    my_done_expired;
    my_done_confirmed;
    my_done_password;
    my_done_totp_added;
    my_done_totp_removed;
    my_done_passkey_added;
    my_done_passkey_removed;
    my_done_connected;
    my_done_disconnected;
    my_done_session_ended;
    my_done_sessions_ended;
    my_done_withdrawn;
    my_profile_lede;
    my_profile_about;
    my_profile_edit;
    my_names;
    my_username;
    my_email;
    my_email_verified;
    my_email_unverified;
    my_email_change;
    my_name;
    my_given_name;
    my_family_name;
    my_nickname;
    my_locale;
    my_locale_none;
    my_zoneinfo;
    my_zoneinfo_hint;
    my_error_too_long;
    my_error_characters;
    my_error_zone;
    my_security_lede;
    my_password;
    my_password_note;
    my_password_none;
    my_password_change;
    my_password_set;
    my_password_new;
    my_password_others;
    my_password_hint;
    my_password_too_short;
    my_password_too_long;
    my_password_common;
    my_password_own_words;
    my_password_guessable;
    my_passkeys;
    my_passkeys_note;
    my_passkey;
    my_passkey_add;
    my_passkey_name;
    my_passkey_name_hint;
    my_passkey_name_missing;
    my_passkey_no_script;
    my_passkey_remove;
    my_passkey_remove_note;
    my_passkey_only_way;
    my_linked;
    my_linked_note;
    my_linked_since;
    my_linked_off;
    my_connect(provider: &str);
    my_disconnect;
    my_disconnect_named(provider: &str);
    my_disconnect_heading(provider: &str);
    my_disconnect_lede(provider: &str);
    my_disconnect_account;
    my_disconnect_only_way;
    my_totp;
    my_totp_note;
    my_totp_set_up;
    my_totp_set_up_heading;
    my_totp_remove;
    my_totp_remove_heading;
    my_totp_remove_lede;
    my_codes;
    my_codes_note;
    my_codes_left(count: u32);
    my_codes_make;
    my_codes_make_heading;
    my_codes_make_lede;
    my_sessions_lede;
    my_sessions_where;
    my_sessions_end_others;
    my_session_this;
    my_session_since;
    my_session_seen;
    my_session_end;
    my_session_end_named(device: &str);
    my_apps_lede;
    my_apps_none;
    my_apps_none_note;
    my_app_since;
    my_app_may;
    my_app_withdraw;
    my_app_withdraw_named(app: &str);
    my_activity_lede;
    my_activity_none;
    my_activity_what;
    my_activity_when;
    my_activity_where;
    my_activity_older;
    my_activity_newest;
    my_event_signed_in;
    my_event_confirmed;
    my_event_signed_out;
    my_event_session_ended;
    my_event_session_ended_by_administrator;
    my_event_session_ended_with_password;
    my_event_allowed(app: &str);
    my_event_denied(app: &str);
    my_event_withdrawn(app: &str);
    my_event_totp_added;
    my_event_totp_removed;
    my_event_codes_made;
    my_event_code_used;
    my_event_passkey_added;
    my_event_passkey_removed;
    my_event_passkey_renamed;
    my_event_passkey_refused;
    my_event_code_mailed;
    my_event_reset_mailed;
    my_event_link_mailed;
    my_event_linked(provider: &str);
    my_event_proven_by(provider: &str);
    my_event_unlinked(provider: &str);
    my_event_address_asked;
    my_event_address_kept;
    my_event_address_changed;
    my_event_address_confirmed;
    my_event_created;
    my_event_updated;
    my_event_password_set;
    my_event_password_changed;
    my_event_password_reset;
    my_event_reset_link_made;
    my_event_enabled;
    my_event_disabled;
    my_event_factor_required;
    my_event_factor_not_required;
    my_event_exported;
    my_export;
    my_export_note;
    my_export_action;
    my_delete;
    my_delete_note;
    my_delete_heading;
    my_delete_lede(service: &str);
    my_delete_type(username: &str);
    my_delete_error;
    my_deleted_heading;
    my_deleted_lede(service: &str);

    // mail.ftl
    mail_link_instead;
    mail_code;
    mail_code_warning(service: &str);
    mail_once_minutes(minutes: u32);
    mail_once_hours(hours: u32);
    mail_once_days(days: u32);
    mail_ignore;
    mail_why_address(service: &str);
    mail_why_account(account: &str, service: &str);
    mail_why_known(service: &str);
    mail_why_operator(service: &str);
    mail_fact_time;
    mail_fact_passkey;
    mail_fact_new_address;
    mail_fact_device;
    mail_fact_place;
    mail_review;
    mail_not_you;
    mail_not_you_gone(service: &str);
    mail_verify_title;
    mail_verify_body(service: &str);
    mail_verify_action;
    mail_sign_in_title;
    mail_sign_in_body(service: &str);
    mail_sign_in_link;
    mail_sign_in_action;
    mail_reset_title;
    mail_reset_body(service: &str);
    mail_reset_action;
    mail_new_address_title;
    mail_new_address_body(service: &str);
    mail_new_address_action;
    mail_invitation_title;
    mail_invitation_body(service: &str);
    mail_invitation_action;
    mail_sign_up_title;
    mail_sign_up_body(service: &str);
    mail_sign_up_action;
    mail_taken_title;
    mail_taken_body(service: &str);
    mail_taken_action;
    mail_address_changing_title;
    mail_address_changing_body(service: &str);
    mail_address_changed_title;
    mail_address_changed_body(service: &str);
    mail_password_changed_title;
    mail_password_changed_body(service: &str);
    mail_passkey_added_title;
    mail_passkey_added_body(service: &str);
    mail_passkey_removed_title;
    mail_passkey_removed_body(service: &str);
    mail_passkey_cloned_title;
    mail_passkey_cloned_body(service: &str);
    mail_totp_added_title;
    mail_totp_added_body(service: &str);
    mail_totp_removed_title;
    mail_totp_removed_body(service: &str);
    mail_recovery_made_title;
    mail_recovery_made_body(service: &str);
    mail_recovery_used_title;
    mail_recovery_used_body(service: &str, left: u32);
    mail_new_sign_in_title;
    mail_new_sign_in_body(service: &str);
    mail_deleted_title;
    mail_deleted_body(service: &str);
    mail_profile_changed_title;
    mail_profile_changed_body(service: &str);
    mail_app_withdrawn_title(app: &str);
    mail_app_withdrawn_body(service: &str, app: &str);
    mail_linked_title(upstream: &str);
    mail_linked_body(service: &str, upstream: &str);
    mail_unlinked_title(upstream: &str);
    mail_unlinked_body(service: &str, upstream: &str);
    mail_test_title;
    mail_test_body(service: &str);

    // dev_mail.ftl
    dev_mail_heading;
    dev_mail_lede;
    dev_mail_empty;
    dev_mail_to(address: &str);
    dev_mail_html;
    dev_mail_text;
    dev_mail_back;
}

impl Locale {
    /// That there were too many attempts, and how long to wait.
    #[must_use]
    pub fn throttled(self, wait: Duration) -> Text {
        match wait.as_secs().max(1) {
            seconds @ ..=90 => self.throttled_seconds(seconds),
            seconds @ ..=5400 => self.throttled_minutes(seconds.div_ceil(60)),
            seconds => self.throttled_hours(seconds.div_ceil(3600)),
        }
    }

    /// What an identity scope means, in plain words; `None` for a scope that OpenID Connect does not define.
    #[must_use]
    pub fn identity_scope(self, scope: &str) -> Option<Text> {
        Some(match scope {
            "openid" => self.scope_openid(),
            "profile" => self.scope_profile(),
            "email" => self.scope_email(),
            "address" => self.scope_address(),
            "phone" => self.scope_phone(),
            "offline_access" => self.scope_offline_access(),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use fluent_syntax::{ast, parser};

    use super::*;

    /// Every message of one language: its key and the names of its variables.
    fn catalog(language: &Path) -> BTreeMap<String, BTreeSet<String>> {
        let mut found = BTreeMap::new();
        for file in std::fs::read_dir(language).expect("a folder of texts") {
            let source = std::fs::read_to_string(file.expect("a file").path()).expect("a text file");
            let resource = parser::parse(source).expect("Fluent syntax");
            for entry in resource.body {
                let ast::Entry::Message(message) = entry else { continue };
                let mut variables = BTreeSet::new();
                collect(message.value.as_ref().expect("a message with words"), &mut variables);
                assert!(found.insert(message.id.name.clone(), variables).is_none(), "{} twice", message.id.name);
            }
        }
        found
    }

    fn collect(pattern: &ast::Pattern<String>, variables: &mut BTreeSet<String>) {
        for element in &pattern.elements {
            let ast::PatternElement::Placeable { expression } = element else { continue };
            match expression {
                ast::Expression::Inline(inline) => collect_inline(inline, variables),
                ast::Expression::Select { selector, variants } => {
                    collect_inline(selector, variables);
                    variants.iter().for_each(|variant| collect(&variant.value, variables));
                }
            }
        }
    }

    fn collect_inline(inline: &ast::InlineExpression<String>, variables: &mut BTreeSet<String>) {
        if let ast::InlineExpression::VariableReference { id } = inline {
            variables.insert(id.name.clone());
        }
    }

    #[test]
    fn every_language_has_every_text_and_nothing_else() {
        let ours: BTreeMap<String, BTreeSet<String>> = ENTRIES
            .iter()
            .map(|entry| (entry.key.to_owned(), entry.variables.iter().map(|name| (*name).to_owned()).collect()))
            .collect();
        let locales = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
        for locale in Locale::all() {
            assert_eq!(catalog(&locales.join(locale.tag())), ours, "{locale:?}");
        }
    }

    fn written(locale: Locale, entry: &Entry) -> String {
        let variables: Vec<_> = entry.variables.iter().map(|name| (*name, FluentValue::from("x"))).collect();
        locale.look_up(entry.key, &variables).to_string()
    }

    /// What may read as in English: it has no words of its own.
    const SAME_IN_EVERY_LANGUAGE: &[&str] = &["page_title"];

    #[test]
    fn no_text_is_left_in_english() {
        let english = Locale::default();
        for locale in Locale::all().filter(|locale| *locale != english) {
            for entry in ENTRIES.iter().filter(|entry| !SAME_IN_EVERY_LANGUAGE.contains(&entry.key)) {
                assert_ne!(written(locale, entry), written(english, entry), "{locale:?} {}", entry.key);
            }
        }
    }

    #[test]
    fn every_language_has_its_own_punctuation() {
        for locale in Locale::all() {
            for entry in ENTRIES {
                let words = written(locale, entry);
                let at = format!("{locale:?} {}", entry.key);
                assert!(!words.contains("  ") && !words.contains("..."), "{at}");
                match locale.tag().as_str() {
                    "es" => assert_eq!(words.contains('?'), words.contains('¿'), "{at}"),
                    "fr" => {
                        for mark in ['?', '!', ';'] {
                            let lone = words.match_indices(mark).any(|(i, _)| !words[..i].ends_with('\u{202F}'));
                            assert!(!lone, "{at}: a narrow no-break space (U+202F) belongs before {mark}");
                        }
                        let lone = words.match_indices(':').any(|(i, _)| !words[..i].ends_with('\u{A0}'));
                        assert!(!lone, "{at}: a no-break space (U+00A0) belongs before the colon");
                        assert!(!words.contains('\''), "{at}: the apostrophe is ’");
                    }
                    "zh-Hans" => {
                        let half = words.split_whitespace().any(|word| word.ends_with([',', '.', '?', '!', ':', ';']));
                        assert!(!half, "{at}: Chinese marks are ，。？！：；");
                    }
                    _ => assert!(!words.contains('\''), "{at}: the apostrophe is ’"),
                }
            }
        }
    }

    #[test]
    fn every_text_can_be_written() {
        for locale in Locale::all() {
            for entry in ENTRIES {
                let text = written(locale, entry);
                assert!(!text.trim().is_empty() && text != entry.key, "{locale:?} {}", entry.key);
            }
        }
    }
}
