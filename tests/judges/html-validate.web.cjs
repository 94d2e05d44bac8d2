// Web pages, by all that html-validate recommends, except what a page cannot help.
module.exports = {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // An article's title is its author's.
    "long-title": "off",
    // What stands in an article's code block is its author's, blanks at the end of a line too.
    "no-trailing-whitespace": "off",
    // Any id without white space is one [HTML]; ours are the articles' keys, which never change.
    "valid-id": ["error", { relaxed: true }],
  },
};
