// Runs before the first paint, so that what a script replaces is never seen.
document.documentElement.classList.add("js");
