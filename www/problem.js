// The one place that tells the user in words what went wrong.

function showProblem(text, code) {
  const words = document.createElement("p");
  words.textContent = text;
  if (code) {
    const small = document.createElement("code");
    small.textContent = code;
    words.append(" ", small);
  }
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "quiet";
  dismiss.textContent = "Dismiss";
  dismiss.addEventListener("click", () => {
    clearProblem();
    // The button is gone with its text: the focus needs a place to be.
    document.querySelector("#room:not([hidden]) textarea, #entrance:not([hidden]) input").focus();
  });
  document.getElementById("problem").replaceChildren(words, dismiss);
}

function clearProblem() {
  document.getElementById("problem").replaceChildren();
}
