// Messages: as web pages, except where mail programs know less than browsers.
const web = require("./html-validate.web.cjs");
module.exports = {
  ...web,
  rules: {
    ...web.rules,
    // Styles are inlined: many programs drop <style>.
    "no-inline-style": "off",
    // Outlook on Windows takes its tables from them.
    "no-conditional-comment": "off",
    // Tables are for layout here, and have no parts; each octet counts below 102 kB.
    "prefer-tbody": "off",
    // Programs drop elements such as <article>, and keep a role.
    "prefer-native-element": "off",
  },
};
