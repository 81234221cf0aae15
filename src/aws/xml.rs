//! Parser of S3's XML documents. Hostile input costs neither memory nor a panic.

use quick_xml::Reader;
use quick_xml::events::Event;

/// The most bytes of an error document that are read: no service needs more.
pub const ERROR_LIMIT: u64 = 64 << 10;

pub const DEPTH_LIMIT: usize = 16;

/// An element with its direct children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Local name, without a prefix.
    pub name: String,
    pub(crate) children: Vec<(String, String)>,
}

impl Element {
    /// The text of the first direct child of that name.
    pub fn child(&self, name: &str) -> Option<&str> {
        self.children
            .iter()
            .find(|(child, _)| child == name)
            .map(|(_, text)| text.as_str())
    }
}

/// The root element and the text of its direct children, without the text of deeper levels.
///
/// White space and a byte order mark may precede the document. `None` for a document type declaration, an unknown
/// entity, more than 16 levels or broken markup. The wrapper `ErrorResponse` of some services is skipped.
pub fn parse(text: &str) -> Option<Element> {
    first(text, Ending::Required, is_root)
}

/// The same for a truncated document: the children before the end.
pub fn parse_beginning(text: &str) -> Option<Element> {
    first(text, Ending::MayBeCut, is_root)
}

fn is_root(depth: usize, name: &str) -> bool {
    depth == 2 || depth == 1 && name != "ErrorResponse"
}

/// The same for the first element of that name, wherever it is nested.
pub fn descendant(text: &str, name: &str) -> Option<Element> {
    first(text, Ending::Required, |_, found| found == name)
}

/// The completeness that is required of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Required,
    /// A truncated document is accepted, without its last child if that is incomplete.
    MayBeCut,
}

/// The first element that is wanted; the root has the depth 1. The document is parsed to its end in any case.
fn first(text: &str, ending: Ending, is_wanted: impl Fn(usize, &str) -> bool) -> Option<Element> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
    let mut found: Option<Element> = None;
    // While it is open: its depth.
    let mut inside: Option<usize> = None;
    let mut depth = 0usize;
    loop {
        let in_child = inside.is_some_and(|of| depth == of + 1);
        let event = match (reader.read_event(), ending) {
            (Ok(Event::Eof) | Err(_), Ending::MayBeCut) => return cut(found, inside, depth),
            (event, _) => event.ok()?,
        };
        match event {
            Event::Start(start) => {
                depth += 1;
                if depth > DEPTH_LIMIT {
                    return None;
                }
                let name = start.local_name().as_ref().to_owned();
                if found.is_none() && is_wanted(depth, &name) {
                    inside = Some(depth);
                }
                enter(&mut found, inside, depth, name);
            }
            Event::Empty(empty) => {
                let name = empty.local_name().as_ref().to_owned();
                let here = if found.is_none() && is_wanted(depth + 1, &name) {
                    Some(depth + 1)
                } else {
                    inside
                };
                enter(&mut found, here, depth + 1, name);
            }
            Event::End(_) => {
                if inside == Some(depth) {
                    inside = None;
                }
                depth = depth.checked_sub(1)?;
            }
            Event::Text(piece) if in_child => last(&mut found)?.push_str(&piece.xml10_content()),
            Event::CData(piece) if in_child => last(&mut found)?.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) => {
                let letter = entity(&reference)?;
                if in_child {
                    last(&mut found)?.push(letter);
                }
            }
            Event::DocType(_) => return None,
            Event::Eof => return if depth == 0 { found } else { None },
            _ => {}
        }
    }
}

/// The element of a document that ended early, at this depth.
fn cut(found: Option<Element>, inside: Option<usize>, depth: usize) -> Option<Element> {
    let mut found = found?;
    if inside.is_some_and(|of| depth > of) {
        found.children.pop();
    }
    Some(found)
}

/// Records a start tag: as the wanted element, or as a child of it.
fn enter(found: &mut Option<Element>, inside: Option<usize>, depth: usize, name: String) {
    match (found, inside) {
        (found @ None, Some(of)) if of == depth => {
            *found = Some(Element {
                name,
                children: Vec::new(),
            });
        }
        (Some(element), Some(of)) if depth == of + 1 => {
            element.children.push((name, String::new()));
        }
        _ => {}
    }
}

fn last(root: &mut Option<Element>) -> Option<&mut String> {
    root.as_mut()?.children.last_mut().map(|(_, text)| text)
}

/// Resolves the five predefined entities and character references; no document type can declare others.
pub fn entity(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Some(letter) = reference.resolve_char_ref().ok()? {
        return Some(letter);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Escapes text for an XML document.
pub fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(text: &str, name: &str) -> Option<String> {
        parse(text)?.child(name).map(str::to_owned)
    }

    #[test]
    fn characters_that_xml_1_0_excludes_are_read() {
        for (text, key) in [
            ("a&#x1B;&#10;&#xd;&#x7f;&#133;", "a\u{1b}\n\r\u{7f}\u{85}"),
            ("\u{1b}\t\u{1}", "\u{1b}\t\u{1}"),
        ] {
            let text = format!("<R><Key>{text}</Key><UploadId>u</UploadId></R>");
            assert_eq!(child(&text, "Key").as_deref(), Some(key), "{text:?}");
            assert_eq!(child(&text, "UploadId").as_deref(), Some("u"));
        }
    }

    #[test]
    fn only_direct_children_count() {
        let text = "\u{feff} \n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<s:Error xmlns:s=\"u\"><s:Code>A</s:Code>\
                    <Nested><Code>B</Code></Nested><Code>C</Code><Message>a &amp; b &#65;<![CDATA[<c>]]></Message><Empty/></s:Error>";
        assert_eq!(child(text, "Code").as_deref(), Some("A"));
        assert_eq!(child(text, "Message").as_deref(), Some("a & b A<c>"));
        assert_eq!(child(text, "Nested").as_deref(), Some(""));
        assert_eq!(child(text, "Empty").as_deref(), Some(""));
        assert_eq!(parse(text).map(|root| root.name).as_deref(), Some("Error"));
    }

    #[test]
    fn the_wrapper_of_some_services_is_looked_through() {
        let text =
            "<ErrorResponse><Error><Code>A</Code></Error><RequestId>r</RequestId></ErrorResponse>";
        assert_eq!(parse(text).map(|root| root.name).as_deref(), Some("Error"));
        assert_eq!(child(text, "Code").as_deref(), Some("A"));
    }

    #[test]
    fn an_element_is_found_wherever_it_is() {
        let text = "<R><A><Code>no</Code></A><B><C><Code>A</Code><D><Code>B</Code></D></C></B><C><Code>D</Code></C></R>";
        let found = descendant(text, "C").unwrap();
        assert_eq!(found.child("Code"), Some("A"));
        assert_eq!(found.children.len(), 2);
        assert_eq!(descendant(text, "E"), None);
        assert_eq!(descendant("<R><C/>", "C"), None);
    }

    #[test]
    fn a_document_that_was_cut_has_its_whole_children() {
        let text = "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>The spec";
        assert_eq!(parse(text), None);
        let found = parse_beginning(text).unwrap();
        assert_eq!(
            (found.child("Code"), found.child("Message")),
            (Some("NoSuchBucket"), None)
        );
        for text in [
            "<Error><Code>NoSuchB",
            "<Error><Code>NoSuchBucket</Co",
            "<Error",
        ] {
            let code = parse_beginning(text).and_then(|root| root.child("Code").map(str::to_owned));
            assert_eq!(code, None, "{text}");
        }
        assert_eq!(parse_beginning("<!DOCTYPE x><Error><Code>A</Code>"), None);
        let deep = format!("<Error><Code>A</Code>{}", "<a>".repeat(100_000));
        assert_eq!(parse_beginning(&deep), None);
        let whole = "<Error><Code>A</Code><Message>b</Message></Error>";
        assert_eq!(parse_beginning(whole), parse(whole));
    }

    #[test]
    fn hostile_and_broken_documents_are_refused() {
        let deep = format!("<Error>{}", "<a>".repeat(100_000));
        for text in [
            "",
            "not xml",
            "<Error><Code>A</Code>",
            "<Error></Code></Error>",
            "</Error>",
            "<!DOCTYPE x [<!ENTITY a \"b\">]><Error><Code>&a;</Code></Error>",
            "<Error><Code>&undeclared;</Code></Error>",
            "<Error><Code>&#x110000;</Code></Error>",
            &deep,
        ] {
            assert_eq!(parse(text), None, "{}", &text[..text.len().min(60)]);
        }
    }
}
