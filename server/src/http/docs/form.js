// Controls from JSON Schemas. A control has an element and `read()`, which gives the value, or `undefined` where nothing
// was entered; it throws an Error that says what is wrong. Values are checked by the browser as far as it can, and by
// the server in any case. What a schema does not lead to is entered as JSON.

/** Makes an element; `text` is never read as HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'text') element.textContent = value;
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A labelled control for the member `name` of something. */
export function field(root, name, schema, required) {
  const inner = control(root, schema, name, required);
  const about = describe(root, schema);
  const hint = about ? make('small', { text: about }) : null;
  const title = make('span', { text: name, class: required ? 'required' : undefined });
  const element = inner.element.matches('input, select, textarea')
    ? make('div', { class: 'field' }, make('label', {}, title, make('br'), inner.element), hint)
    : make('fieldset', {}, make('legend', {}, title), hint, inner.element);
  return { element, read: inner.read };
}

/** A control for a value of this schema. */
export function control(root, given, name, required) {
  const schema = resolve(root, given);
  if (schema === true) return json(name, required, undefined);
  const choices = choicesOf(root, schema);
  if (choices) return choice(name, choices, required, schema.default);
  const variants = (schema.oneOf ?? schema.anyOf)?.filter((variant) => resolve(root, variant).type !== 'null');
  if (variants?.length === 1 && !schema.properties) return control(root, variants[0], name, required);
  if (variants && !schema.properties) return oneOf(root, variants, name, required);
  if (schema.allOf?.length === 1) return control(root, schema.allOf[0], name, required);
  switch ([schema.type].flat().find((kind) => kind !== 'null')) {
    case 'boolean': return choice(name, [true, false], required, schema.default);
    case 'integer': return number(name, schema, required, 1);
    case 'number': return number(name, schema, required, 'any');
    case 'string': return text(name, schema, required);
    case 'array': return schema.items ? list(root, schema, name, required) : json(name, required, schema.default);
    case 'object': if (schema.properties) return object(root, schema, name, required);
    // falls through: its members have no names
    default: return json(name, required, schema.default);
  }
}

/** What a reference leads to, with what stands beside it. */
export function resolve(root, schema) {
  const seen = new Set();
  while (schema?.$ref && !seen.has(schema.$ref)) {
    seen.add(schema.$ref);
    const { $ref, ...beside } = schema;
    const steps = $ref.slice(2).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const target = steps.reduce((value, step) => value?.[step], root);
    schema = typeof target === 'object' ? { ...target, ...beside } : target;
  }
  return schema ?? true;
}

function describe(root, schema) {
  const { description, default: value } = resolve(root, schema);
  return [description, value === undefined ? null : `default: ${JSON.stringify(value)}`].filter(Boolean).join('; ');
}

/** The values of an enumeration, also of one that is written as variants. */
function choicesOf(root, schema) {
  if ('const' in schema) return [schema.const];
  if (schema.enum) return schema.enum.filter((value) => value !== null);
  const lists = (schema.oneOf ?? schema.anyOf)?.map((variant) => {
    const resolved = resolve(root, variant);
    return resolved.type === 'null' ? [] : choicesOf(root, resolved);
  });
  return lists?.every(Boolean) ? lists.flat() : null;
}

function choice(name, values, required, preset) {
  const element = make('select', { name, required });
  if (!required || values.length > 1) element.append(make('option', { value: '', text: '' }));
  values.forEach((value, index) => {
    const word = typeof value === 'string' ? value : JSON.stringify(value);
    const selected = preset !== undefined && JSON.stringify(value) === JSON.stringify(preset);
    element.append(make('option', { value: index, text: word, selected }));
  });
  return { element, read: () => (element.value === '' ? undefined : values[Number(element.value)]) };
}

function number(name, schema, required, step) {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, default: value } = schema;
  const element = make('input', {
    type: 'number', name, required, step, value, min: minimum ?? exclusiveMinimum, max: maximum ?? exclusiveMaximum,
  });
  return { element, read: () => (element.value === '' ? undefined : Number(element.value)) };
}

function text(name, schema, required) {
  const element = make('input', {
    type: 'text', name, required, value: schema.default, minlength: schema.minLength, maxlength: schema.maxLength,
  });
  return { element, read: () => (element.value === '' ? undefined : element.value) };
}

function json(name, required, preset) {
  const element = make('textarea', { name, required, spellcheck: 'false', placeholder: 'JSON' });
  if (preset !== undefined && preset !== null) element.value = JSON.stringify(preset, null, 2);
  const read = () => {
    if (element.value.trim() === '') return undefined;
    try {
      return JSON.parse(element.value);
    } catch (error) {
      throw new Error(`${name} is not JSON: ${error.message}`);
    }
  };
  return { element, read };
}

/** Made when it is asked for, so that a type may hold itself. */
function onDemand(word, makeIt) {
  const element = make('div');
  const add = make('button', { type: 'button', text: word });
  let inner = null;
  const remove = make('button', { type: 'button', text: 'Leave out' });
  add.addEventListener('click', () => {
    inner = makeIt();
    element.replaceChildren(inner.element, remove);
  });
  remove.addEventListener('click', () => {
    inner = null;
    element.replaceChildren(add);
  });
  element.append(add);
  return { element, read: () => inner?.read() };
}

function object(root, schema, name, required) {
  return required ? members(root, schema) : onDemand(`Give ${name}`, () => members(root, schema));
}

/** The members of an object, each a field. */
export function members(root, schema) {
  const isRequired = (name) => schema.required?.includes(name) ?? false;
  const entries = Object.entries(schema.properties ?? {});
  entries.sort(([a], [b]) => isRequired(b) - isRequired(a));
  const fields = entries.map(([name, member]) => {
    return [name, field(root, name, member, isRequired(name))];
  });
  const element = make('div', {}, ...fields.map(([, inner]) => inner.element));
  const read = () => {
    const values = fields.map(([name, inner]) => [name, inner.read()]);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  };
  return { element, read };
}

function list(root, schema, name, required) {
  const items = new Set();
  const rows = make('div');
  const add = make('button', { type: 'button', text: `Add to ${name}` });
  add.addEventListener('click', () => {
    const item = control(root, schema.items, name, true);
    const remove = make('button', { type: 'button', text: 'Remove' });
    const row = make('div', { class: 'field' }, item.element, remove);
    remove.addEventListener('click', () => {
      items.delete(item);
      row.remove();
    });
    items.add(item);
    rows.append(row);
  });
  const read = () => (items.size === 0 && !required ? undefined : [...items].map((item) => item.read()));
  return { element: make('div', {}, rows, add), read };
}

function oneOf(root, variants, name, required) {
  const pick = make('select', { required, 'aria-label': `kind of ${name}` }, make('option', { value: '', text: '' }));
  variants.forEach((variant, index) => {
    const { title, type, properties } = resolve(root, variant);
    const word = title ?? (properties ? Object.keys(properties).join(', ') : null) ?? type ?? `kind ${index + 1}`;
    pick.append(make('option', { value: index, text: word }));
  });
  const place = make('div');
  let inner = null;
  pick.addEventListener('change', () => {
    inner = pick.value === '' ? null : control(root, variants[Number(pick.value)], name, true);
    place.replaceChildren(...(inner ? [inner.element] : []));
  });
  return { element: make('div', {}, pick, place), read: () => inner?.read() };
}
