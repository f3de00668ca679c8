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
