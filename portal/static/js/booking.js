// In the booking form: a picked patient brings their plan along, and "register" opens its fields.
document.addEventListener("portal:picked", ({ target, detail }) => {
  const isNew = detail.value === "new";
  // Of the form's search fields the patient's alone brings a plan along.
  if (!isNew && detail.plan === undefined) return;
  const form = target.closest("form");
  const register = form.querySelector("[data-register]");
  if (register) register.open = isNew;
  form.querySelector("[data-alike]")?.remove();
  bringPlan(form, isNew ? { value: "", plan: "", planName: "" } : detail);
  if (isNew) startRegistration(target, register);
});

function bringPlan(form, detail) {
  const { insurance_plan_id: plan, insurance_plan_id_text: text, plan_for: whose } = form.elements;
  // What was chosen before anybody was is chosen for whoever is new.
  if (!plan || (!detail.value && !whose.value)) return;
  whose.value = detail.value;
  plan.value = detail.plan;
  if (text) text.value = detail.planName;
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
