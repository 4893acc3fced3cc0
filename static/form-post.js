// OAuth 2.0 Form Post Response Mode: sends the answer at once. Without scripts, the button does.
HTMLFormElement.prototype.submit.call(document.getElementById("form-post"));
