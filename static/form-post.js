// OAuth 2.0 Form Post Response Mode: sends the answer at once. Without scripts, the button does.
document.getElementById("form-post").submit();
