//! Just enough of HTML to fill in a form like a browser without JavaScript.

/// A tag with its attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// In lower case; a closing tag begins with `/`.
    pub name: String,
    attributes: Vec<(String, String)>,
    /// The text up to the next tag.
    pub text: String,
}

impl Tag {
    /// An attribute's value; empty for one without a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }
}

/// A form with what it would send.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Its attributes.
    pub tag: Tag,
    /// Everything inside it.
    pub inside: Vec<Tag>,
}

impl Form {
    /// Whether an element of that id is in it.
    pub fn has(&self, id: &str) -> bool {
        self.inside.iter().any(|tag| tag.get("id") == Some(id))
    }

    /// The fields that are sent when the button of that id is pressed, before anything is typed.
    pub fn fields(&self, button: &str) -> Vec<(String, String)> {
        self.inside.iter().filter(|tag| sends(tag, button)).filter_map(field).collect()
    }

    /// The name of the field of that id or name.
    pub fn name_of(&self, field: &str) -> Option<&str> {
        let found = self.inside.iter().find(|tag| tag.get("id") == Some(field) || tag.get("name") == Some(field))?;
        found.get("name")
    }
}

fn field(tag: &Tag) -> Option<(String, String)> {
    let value = if tag.name == "textarea" { tag.text.as_str() } else { tag.get("value").unwrap_or_default() };
    let default = if matches!(tag.get("type"), Some("checkbox" | "radio")) && value.is_empty() { "on" } else { value };
    Some((tag.get("name")?.to_owned(), default.to_owned()))
}

fn sends(tag: &Tag, button: &str) -> bool {
    if !tag.is(&["input", "button", "textarea"]) || tag.get("disabled").is_some() {
        return false;
    }
    let kind = tag.get("type").unwrap_or(if tag.name == "button" { "submit" } else { "text" });
    match kind {
        "submit" | "image" => tag.get("id") == Some(button),
        "button" | "reset" => false,
        "checkbox" | "radio" => tag.get("checked").is_some(),
        _ => true,
    }
}

/// Every tag of a document.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        if let Some(tag) = tags.last_mut() {
            tag.text = decode(&rest[..start]);
        }
        rest = &rest[start..];
        if rest.starts_with("<!--") {
            rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
            continue;
        }
        let (tag, after) = parse_tag(&rest[1..]);
        rest = after;
        // What stands in these is not HTML.
        if tag.is(&["script", "style"]) {
            let end = format!("</{}", tag.name);
            rest = rest.find(&end).map_or("", |at| &rest[at..]);
        }
        tags.push(tag);
    }
    if let Some(tag) = tags.last_mut() {
        tag.text = decode(rest);
    }
    tags
}

fn parse_tag(text: &str) -> (Tag, &str) {
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len());
    let mut tag = Tag { name: text[..end].trim_end_matches('/').to_ascii_lowercase(), ..Tag::default() };
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (tag, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (tag, after);
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || "=>/".contains(c)).unwrap_or(rest.len()).max(1);
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            (value, rest) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let end = after[1..].find(quote).map_or(after.len(), |at| at + 1);
                    (decode(&after[1..end]), after.get(end + 1..).unwrap_or_default())
                }
                _ => {
                    let end = after.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(after.len());
                    (decode(&after[..end]), &after[end..])
                }
            };
        }
        tag.attributes.push((name, value));
    }
}

/// Every form of a document.
pub fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut open = false;
    for tag in tags(html) {
        match tag.name.as_str() {
            "form" => {
                open = true;
                forms.push(Form { tag, inside: Vec::new() });
            }
            "/form" => open = false,
            _ if open => forms.last_mut().expect("an open form").inside.push(tag),
            _ => {}
        }
    }
    forms
}

/// The text of a document, without its tags, spaces collapsed.
pub fn text(html: &str) -> String {
    let text: Vec<String> = tags(html)
        .into_iter()
        .filter(|tag| !tag.is(&["script", "style", "title"]))
        .flat_map(|tag| tag.text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    text.join(" ")
}

/// The text of the first heading.
pub fn heading(html: &str) -> String {
    let mut inside = false;
    let mut heading = String::new();
    for tag in tags(html) {
        inside = match tag.name.as_str() {
            "h1" => true,
            "/h1" => break,
            _ => inside,
        };
        if inside {
            heading += &tag.text;
        }
    }
    heading.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Undoes character references.
pub fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let reference = rest.find(';').filter(|end| *end < 12).and_then(|end| {
            let name = &rest[1..end];
            let c = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => ' ',
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = number
                        .strip_prefix(['x', 'X'])
                        .map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
                    char::from_u32(code?)?
                }
            };
            Some((c, end))
        });
        match reference {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

#[test]
fn forms_are_read_as_browsers_read_them() {
    let html = r#"<!DOCTYPE html><h1>Sign <em>in</em></h1><style>form{}</style><!-- <form> -->
        <form method=post action="/login?a=1&amp;b=2"><input type="hidden" name="t" value="x&quot;&#39;&#x3e;">
        <input id="username" name="user" required value=''><input type=checkbox name=keep checked>
        <input type=checkbox name=not><button id="go" name="verb" value="yes">Go</button><button id="no" name="verb" value="no">
        </form>"#;
    let [form] = forms(html).try_into().expect("one form");
    assert_eq!(form.tag.get("action"), Some("/login?a=1&b=2"));
    let sent: Vec<String> = form.fields("go").into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(sent, ["t=x\"'>", "user=", "keep=on", "verb=yes"]);
    assert_eq!(form.name_of("username"), Some("user"));
    assert_eq!(heading(html), "Sign in");
    assert!(form.has("no") && !form.has("maybe"));
    assert_eq!(text("<p>a &amp; b</p><script>c</script> d"), "a & b d");
}
