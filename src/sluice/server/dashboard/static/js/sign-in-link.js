// The code of a link stands behind its "#", which is sent to no server: it is put into the form, and
// taken out of the address, so that it stays in no history. The person sends it, not the page.
"use strict";

function takeCode() {
  const code = location.hash.slice(1);
  if (!code) return;
  document.getElementById("code").value = code;
  history.replaceState(null, "", location.pathname);
  document.getElementById("link-found").hidden = false;
  document.getElementById("link-missing").hidden = true;
  document.getElementById("link-button").focus();
}

takeCode();
addEventListener("hashchange", takeCode);
