// The explorer: lists the operations of openapi.json by tag, shows each, and sends what its form holds. How a form comes
// from a schema is in form.js.

import { control, field, make, members, resolve } from './form.js';

const base = new URL('../', import.meta.url);
const SHOWN_MAX = 256 * 1024;
const VERBS = ['get', 'post', 'put', 'patch', 'delete'];

const about = document.getElementById('about');
const root = await read();
document.title = `${root.info.title} ${root.info.version}`;
about.textContent = `${root.info.summary} Version ${root.info.version}.`;
showAll();

async function read() {
  try {
    return await (await fetch(new URL('openapi.json', base))).json();
  } catch (error) {
    about.textContent = `The description could not be read: ${error.message}`;
    throw error;
  }
}

function showAll() {
  const operations = Object.entries(root.paths).flatMap(([path, item]) =>
    VERBS.filter((verb) => item[verb]).map((verb) => ({ path, verb, item, operation: item[verb] })));
  // The drivers' methods are what one comes for.
  const tags = [...root.tags].sort((a, b) => b.name.startsWith('driver ') - a.name.startsWith('driver '));
  const main = document.getElementById('operations');
  const entries = [];
  for (const tag of tags) {
    const own = operations.filter(({ operation }) => operation.tags[0] === tag.name).map(show);
    main.append(make('section', {},
      make('h2', { text: tag.name }), make('p', { text: tag.description }), ...own.map(({ element }) => element)));
    entries.push(...own);
  }
  const find = document.getElementById('find');
  find.addEventListener('input', () => {
    const words = find.value.toLowerCase().split(/\s+/);
    for (const { element, text } of entries) {
      element.classList.toggle('hidden', !words.every((word) => text.includes(word)));
    }
  });
  openNamed();
  window.addEventListener('hashchange', openNamed);
}

function openNamed() {
  const element = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (element instanceof HTMLDetailsElement) {
    element.open = true;
    element.scrollIntoView();
  }
}

function show({ path, verb, item, operation }) {
  const element = make('details', {
    class: operation.deprecated ? 'operation deprecated' : 'operation', id: operation.operationId,
  }, make('summary', {},
    make('span', { class: 'verb', text: verb.toUpperCase() }), ' ', make('code', { text: path }), ' ',
    operation.summary));
  // Made when it is opened: there may be thousands.
  element.addEventListener('toggle', () => {
    if (element.open && element.children.length === 1) element.append(...inside(path, verb, item, operation));
  });
  const text = `${verb} ${path} ${operation.summary} ${operation.description ?? ''}`.toLowerCase();
  return { element, text };
}

function inside(path, verb, item, operation) {
  const paragraphs = (operation.description ?? '').split(/\n\s*\n/).filter((text) => text && text !== operation.summary);
  const facts = Object.entries(operation['x-bessemer'] ?? {}).map(([driver, fact]) => {
    const mode = fact.async ? 'in the background' : 'while the caller waits';
    return make('li', { text: `${driver}: runs ${mode}, lock ${fact.lock}, at most ${fact.timeout} s` });
  });
  const answers = Object.entries(operation.responses).map(([status, response]) =>
    make('li', { text: `${status}: ${resolve(root, response).description}` }));
  return [
    ...paragraphs.map((text) => make('p', { text })),
    make('ul', { class: 'facts' }, ...facts),
    form(path, verb, item, operation),
    make('details', {}, make('summary', { text: 'Answers' }), make('ul', {}, ...answers)),
  ];
}

function form(path, verb, item, operation) {
  const parameters = [...operation.parameters, ...(item.parameters ?? [])].map((parameter) => {
    const { name, in: place, required, schema, content, description, explode } = resolve(root, parameter);
    const typed = { ...resolve(root, schema ?? content['application/json'].schema) };
    if (description) typed.description = description;
    return { name, place, explode, ...field(root, name, typed, required) };
  });
  const body = operation.requestBody ? bodyOf(operation.requestBody) : null;
  const sent = make('pre', { class: 'sent', text: '' });
  const status = make('p', { class: 'status', role: 'status' });
  const answer = make('pre', { class: 'answer', text: '' });
  const stop = make('button', { type: 'button', class: 'hidden', text: 'Stop' });
  const element = make('form', { autocomplete: 'off' },
    ...parameters.map((parameter) => parameter.element), body?.element,
    make('p', {}, make('button', { type: 'submit', text: 'Send' }), ' ', stop), sent, status, answer);
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    status.className = 'status';
    answer.textContent = '';
    const abort = new AbortController();
    stop.onclick = () => abort.abort();
    stop.classList.remove('hidden');
    try {
      const request = requestOf(path, verb, parameters, body);
      sent.textContent = curl(request);
      status.textContent = 'Sent …';
      const { url, ...options } = request;
      await showAnswer(await fetch(url, { ...options, signal: abort.signal }), status, answer);
    } catch (error) {
      status.className = 'status bad';
      status.textContent = error.name === 'AbortError' ? 'Stopped.' : error.message;
    }
    status.classList.add('done');
    stop.classList.add('hidden');
  });
  return element;
}

function bodyOf({ content, required }) {
  const media = content['application/json'];
  if (!media) {
    const type = make('input', { type: 'text', value: 'text/plain', 'aria-label': 'content type' });
    const bytes = make('textarea', { name: 'body', 'aria-label': 'body' });
    const element = make('fieldset', {}, make('legend', { text: 'Body' }), type, bytes);
    return { element, read: () => (bytes.value === '' ? null : { type: type.value, text: bytes.value }) };
  }
  const schema = resolve(root, media.schema);
  const inner = schema.properties ? members(root, schema) : control(root, schema, 'body', required);
  const raw = make('textarea', { name: 'json', class: 'hidden', spellcheck: 'false', 'aria-label': 'body as JSON' });
  const isRaw = make('input', { type: 'checkbox', name: 'as-json' });
  isRaw.addEventListener('change', () => {
    if (isRaw.checked && raw.value === '') {
      const example = Object.values(media.examples ?? {})[0]?.value ?? resolve(root, media.schema).examples?.[0];
      raw.value = JSON.stringify(example ?? {}, null, 2);
    }
    raw.classList.toggle('hidden', !isRaw.checked);
    fields.classList.toggle('hidden', isRaw.checked);
    // What is hidden is not checked.
    fields.disabled = isRaw.checked;
  });
  const fields = make('fieldset', {}, make('legend', { text: 'Body' }), inner.element);
  const element = make('div', {}, fields, raw, make('p', {}, make('label', {}, isRaw, ' as JSON')));
  const read = () => {
    const text = isRaw.checked ? raw.value : JSON.stringify(inner.read());
    return text === undefined ? null : { type: 'application/json', text };
  };
  return { element, read };
}

function requestOf(path, verb, parameters, body) {
  const headers = {};
  const query = new URLSearchParams();
  let filled = path;
  const asText = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  for (const { name, place, explode, read } of parameters) {
    const value = read();
    if (value === undefined) continue;
    if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    else if (place === 'header') headers[name] = value;
    else if (explode) spread(value).forEach(([key, member]) => query.append(key, asText(member)));
    else if (explode === false) query.append(name, [value].flat().join(','));
    else [value].flat().forEach((one) => query.append(name, asText(one)));
  }
  const url = new URL(filled.slice(1) || '.', base);
  url.search = query;
  const given = body?.read();
  if (given) headers['Content-Type'] = given.type;
  return { url, method: verb.toUpperCase(), headers, body: given?.text };
}

/** The members of an object, those that are lists once for each item. */
function spread(value) {
  return Object.entries(value).flatMap(([key, member]) => [member].flat().map((one) => [key, one]));
}

function curl({ url, method, headers, body }) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const options = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  if (body !== undefined) options.push(`--data-binary ${quote(body)}`);
  return ['curl', '-X', method, quote(url.href), ...options].join(' ');
}

async function showAnswer(response, status, answer) {
  status.className = response.ok ? 'status good' : 'status bad';
  status.textContent = `${response.status} ${response.statusText}`;
  const task = response.headers.get('Location');
  if (task) status.append(' ', make('a', { href: task, text: task }));
  const type = response.headers.get('Content-Type') ?? '';
  if (!type.startsWith('text/') && !type.startsWith('application/json')) {
    const { byteLength } = await response.arrayBuffer();
    answer.textContent = byteLength === 0 ? '' : `${byteLength} bytes of ${type}`;
    return;
  }
  // Piece by piece: events of a task come one after another.
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += piece.value;
    if (text.length > SHOWN_MAX) {
      await reader.cancel();
      text = `${text.slice(0, SHOWN_MAX)}\n… and more, which is not shown`;
      break;
    }
    answer.textContent = text;
  }
  answer.textContent = type.startsWith('application/json') ? pretty(text) : text;
}

function pretty(text) {
  try {
    const value = JSON.parse(text);
    // A fault is JSON in a string of JSON.
    if (typeof value?.error_message === 'string') value.error_message = JSON.parse(value.error_message);
    return JSON.stringify(value, null, 2);
  } catch {
    return text;
  }
}
