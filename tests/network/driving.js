// What a person does in a page, by the names that the page promises. Each act says whether it could be done.
window.driving = (() => {
  const shown = (element) => element.checkVisibility() && !element.disabled;
  const named = (element) => (element.getAttribute("aria-label") ?? element.textContent).trim();
  const field = (label) => {
    const found = [...document.querySelectorAll("label")].find((one) => one.textContent.trim().startsWith(label));
    return found?.control ?? document.querySelector(`[aria-label="${label}"]`);
  };
  return {
    press(name) {
      const fits = (button) => shown(button) && (named(button) === name || named(button).startsWith(`${name} F`));
      const found = [...document.querySelectorAll("button")].find(fits);
      found?.click();
      return Boolean(found);
    },
    fill(label, text) {
      const found = field(label);
      if (!found) return false;
      const option = [...(found.options ?? [])].find((one) => one.textContent.includes(text));
      found.value = option ? option.value : text;
      for (const kind of ["input", "change"]) found.dispatchEvent(new Event(kind, { bubbles: true }));
      return true;
    },
    check(label) {
      const found = field(label);
      if (found && !found.checked) found.click();
      return Boolean(found?.checked);
    },
    sees: (text) => document.body.innerText.includes(text),
  };
})();
