// Says which language the page is in: screen readers choose their voice by it, browsers their Chinese letters.

export default function ({ data }) {
  document.documentElement.lang = data.language;
}
