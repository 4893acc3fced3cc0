"""A person whose browser has no JavaScript at all: plain requests, forms and cookies."""

from html.parser import HTMLParser
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import httpx

# Browsers send Secure cookies to http://localhost; Python's jar has to be told to.
LOCALHOST_IS_SECURE = DefaultCookiePolicy(secure_protocols=("http", "https"))


class Person:
    """Follows redirects within the issuer and stops where the browser would leave for the app."""

    def __init__(self, issuer):
        self.issuer = issuer
        self.http = httpx.Client(cookies=CookieJar(LOCALHOST_IS_SECURE), headers={"accept": "text/html", "accept-language": "en"})
        self.response = None

    def close(self):
        self.http.close()

    def open(self, url):
        return self._follow(self.http.get(url))

    def submit(self, button, **values):
        """Presses the button with this id, after filling in fields by id. Returns where the browser ends."""
        form = next(form for form in forms(self.response.text) if button in form.buttons)
        fields = dict(form.fields)
        for element, value in values.items():
            fields[form.names[element]] = value
        name, value = form.buttons[button]
        if name:
            fields[name] = value
        target = urljoin(str(self.response.url), form.action or str(self.response.url))
        origin = {"origin": self.issuer, "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        return self._follow(self.http.post(target, data=fields, headers=origin))

    def has(self, element):
        """Whether the page now shown has an element with this id."""
        return f'id="{element}"' in self.response.text

    def _follow(self, response):
        while response.has_redirect_location:
            target = urljoin(str(response.url), response.headers["location"])
            if urlsplit(target).netloc != urlsplit(self.issuer).netloc:
                return target
            response = self.http.get(target)
        self.response = response
        return str(response.url)


class Form:
    def __init__(self, action):
        self.action = action
        self.fields = []  # (name, value) as they stand
        self.names = {}  # id → name
        self.buttons = {}  # id → (name, value)


def forms(html):
    parser = _Forms()
    parser.feed(html)
    return parser.found


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
        self.open = False

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self.found.append(Form(attributes.get("action")))
            self.open = True
        elif self.open and tag == "input" and attributes.get("type") != "submit":
            self._field(attributes)
        elif self.open and tag in ("button", "input"):
            self.found[-1].buttons[attributes.get("id")] = (attributes.get("name"), attributes.get("value", ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = False

    def _field(self, attributes):
        form, name = self.found[-1], attributes.get("name")
        if "id" in attributes:
            form.names[attributes["id"]] = name
        unchecked = attributes.get("type") in ("checkbox", "radio") and "checked" not in attributes
        if name and not unchecked:
            form.fields.append((name, attributes.get("value", "on" if attributes.get("type") == "checkbox" else "")))
