// A type-ahead list (ARIA combobox, manual selection); data-search says where the options come from.
const PAUSE = 120;
const LEAST = 2;
const say = (text) => document.dispatchEvent(new CustomEvent("portal:say", { detail: { text } }));

class Combobox extends HTMLElement {
  connectedCallback() {
    if (this.input) return;
    this.input = this.querySelector("[role=combobox]");
    this.list = this.querySelector("[role=listbox]");
    this.value = this.querySelector("input[type=hidden]");
    this.at = -1;
    this.waiting = 0;
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    // Chosen when let go: a finger may scroll the list, and nothing under it is pressed.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => this.pick(target.closest("[role=option]:not([aria-disabled]), [data-why]")));
  }

  // Whoever cannot be chosen is gone to as well, and says why.
  get options() { return [...this.list.querySelectorAll("[role=option]:not([aria-disabled]), [data-why]")]; }

  typed() {
    if (this.value?.value) say(this.dataset.gone ?? "");
    this.set("");
    clearTimeout(this.timer);
    this.waiting = 0;
    this.list.replaceChildren();
    this.close();
    const q = this.input.value.trim();
    if (q.length >= LEAST || /\p{Lo}/u.test(q)) this.timer = setTimeout(() => this.search(q), PAUSE);
  }

  async search(q) {
    this.timer = null;
    const mine = (this.turn = (this.turn ?? 0) + 1);
    await htmx.ajax("POST", this.dataset.search, {
      source: this, target: this.list, swap: "innerHTML", values: { q, purpose: this.dataset.purpose },
    });
    if (mine !== this.turn || this.input.value.trim() !== q) return;
    this.open();
    say(this.list.querySelector("[data-said]")?.dataset.said ?? "");
    if (this.waiting) this.go(this.waiting - 1);
    this.waiting = 0;
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.arrow(event, step);
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.quick();
    else if (event.key === "Enter") this.enter(event);
    else if (event.key === "Escape" && !this.list.hidden) { event.preventDefault(); event.stopPropagation(); this.close(); }
  }

  // An arrow before the answer is remembered; Enter never: it takes only what is seen.
  arrow(event, step) {
    event.preventDefault();
    const count = this.options.length;
    if (!count) this.waiting = 1;
    else if (this.list.hidden) { this.open(); this.go(step > 0 ? 0 : count - 1); }
    else this.go((this.at + step + count) % count);
  }

  enter(event) {
    if (this.at >= 0 && !this.list.hidden) { event.preventDefault(); this.pick(this.options[this.at]); }
    else if (this.value || this.timer) event.preventDefault();
  }

  // Where nothing is left to be looked at, Ctrl+Enter takes the highlighted one and sends the form.
  // Nobody is registered unseen.
  quick() { if (this.closest("[data-at-once]") && !this.list.hidden) this.pick(this.list.querySelector("[aria-selected=true]:not(#option-new)")); }

  open() { this.list.hidden = false; this.input.ariaExpanded = "true"; this.go(-1); }

  close() {
    this.list.hidden = true;
    this.input.ariaExpanded = "false";
    this.go(-1);
  }

  go(at) {
    this.at = at;
    this.options.forEach((option, n) => { option.ariaSelected = String(n === at); });
    const chosen = this.options[at];
    if (chosen) { this.input.setAttribute("aria-activedescendant", chosen.id); chosen.scrollIntoView({ block: "nearest" }); }
    else this.input.removeAttribute("aria-activedescendant");
  }

  pick(option) {
    if (!option) return;
    if (option.ariaDisabled) return say(option.dataset.why);
    if (option.dataset.href) { location.href = option.dataset.href; return; }
    this.input.value = option.dataset.label;
    this.input.ariaInvalid = null;
    this.close();
    this.dispatchEvent(new CustomEvent("portal:picked", { bubbles: true, detail: { ...option.dataset } }));
    this.set(option.dataset.value);
  }

  set(value) {
    if (!this.value || this.value.value === value) return;
    this.value.value = value;
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("portal-combobox", Combobox);

// In the booking form: a picked patient brings their plan along, and "register" opens its fields.
document.addEventListener("portal:picked", ({ target, detail }) => {
  const isNew = detail.value === "new";
  // Of the form's search fields the patient's alone brings a plan along.
  if (!isNew && detail.plan === undefined) return;
  const form = target.closest("form");
  const register = form.querySelector("[data-register]");
  if (register) register.open = isNew;
  form.querySelector("[data-alike]")?.remove();
  if (isNew) bringPlan(form, "", "", "");
  else bringPlan(form, detail.plan, detail.planName, detail.value);
  if (isNew) startRegistration(target, register);
});

function bringPlan({ elements }, value, name, whose) {
  const { insurance_plan_id: plan, insurance_plan_id_text: text } = elements;
  // What was chosen before anybody was is chosen for whoever is new.
  if (!plan || (!whose && !elements.plan_for.value)) return;
  elements.plan_for.value = whose;
  plan.value = value;
  if (text) text.value = name;
  else if (plan.selectedIndex < 0) plan.value = "";
}

// "Marchetti, Greta" and "Greta Marchetti" both fill the two name fields.
function startRegistration(combobox, register) {
  const typed = combobox.querySelector("[role=combobox]").value;
  const [last, first] = typed.includes(",") ? typed.split(",") : typed.split(/\s+(?=\S*$)/).reverse();
  const fields = register.querySelectorAll("[name=last_name], [name=first_name]");
  for (const field of fields) {
    if (!field.value) field.value = ((field.name === "last_name" ? last : first) ?? "").trim();
  }
  ([...register.querySelectorAll("input")].find((field) => !field.value) ?? fields[0]).focus();
}
