// Node.js' driver as a driver under test of failc: drivers/PROTOCOL.md. Lines in, lines out.
import { open as openClient, EVENTS, seenTopology } from './clients.mjs';
import { Bad, EJSON, limits, mongodb, version } from './driver.mjs';
import { describe, expired } from './errors.mjs';
import { Arguments, OPERATIONS, concerns, sessionOptions, sessionState } from './operations.mjs';

const LINE_LIMIT = 16 << 20;
const CLOSING = 300; // ms for the clients to close in when the input has ended
const KEPT = 10000; // events of a client, for `events`

const write = line => process.stdout.write(EJSON.stringify(line, { relaxed: true }) + '\n');

// ---- entities

const entities = new Map();
entities.of = (field, name, type) => {
  if (typeof name !== 'string') throw new Bad(field, name === undefined ? 'is missing' : 'is a string');
  const found = entities.get(name);
  if (!found) throw new Bad(field, `names no entity: ${name}`);
  if (type && found.type !== type) throw new Bad(field, `is a ${type}, and ${name} is a ${found.type}`);
  return found;
};

const begun = new Set(); // names of those that are being made

/** Makes an entity, which has the name from now on and is found by it once it is made. */
async function add(field, name, make) {
  if (entities.has(name) || begun.has(name)) throw new Bad(field, `is the name of an entity already: ${name}`);
  begun.add(name);
  try {
    entities.set(name, await make());
  } finally {
    begun.delete(name);
  }
  return entities.get(name);
}

const members = (request, ...names) => {
  for (const name of Object.keys(request)) if (!['id', 'op', 'deadlineMS', ...names].includes(name)) throw new Bad(name, `is no member of \`${request.op}\``, true);
};
const string = (request, name) => {
  if (typeof request[name] !== 'string' || request[name] === '') throw new Bad(name, request[name] === undefined ? 'is missing' : 'is a string that is not empty');
  return request[name];
};
const record = (request, name) => {
  const value = request[name];
  if (value !== undefined && (value === null || typeof value !== 'object' || Array.isArray(value))) throw new Bad(name, 'is a document');
  return value;
};

// From the type of an entity to how it is made.
const MAKERS = {
  async client(request) {
    members(request, 'entity', 'type', 'uri', 'options', 'serverApi', 'observeEvents', 'addressMap');
    const { observeEvents = [] } = request;
    if (!Array.isArray(observeEvents)) throw new Bad('observeEvents', 'is a list of names');
    const entity = { type: 'client', seq: 0, told: [] };
    const tell = (event, data) => {
      const seq = ++entity.seq;
      entity.told.push({ event, seq, atUS: Number(process.hrtime.bigint() / 1000n), data });
      if (entity.told.length > KEPT) entity.told.shift();
      write({ event, entity: request.entity, seq, data });
    };
    const made = { uri: string(request, 'uri'), options: record(request, 'options'), serverApi: record(request, 'serverApi'), observeEvents, addressMap: record(request, 'addressMap') };
    entity.client = entity.handle = await openClient(made, tell);
    return entity;
  },
  database(request) {
    members(request, 'entity', 'type', 'client', 'name', 'options');
    const { client } = entities.of('client', request.client, 'client');
    return { type: 'database', client, handle: client.db(string(request, 'name'), concerns(record(request, 'options'))) };
  },
  collection(request) {
    members(request, 'entity', 'type', 'database', 'name', 'options');
    const { client, handle } = entities.of('database', request.database, 'database');
    return { type: 'collection', client, handle: handle.collection(string(request, 'name'), concerns(record(request, 'options'))) };
  },
  session(request) {
    members(request, 'entity', 'type', 'client', 'options');
    const { client } = entities.of('client', request.client, 'client');
    return { type: 'session', client, handle: client.startSession(sessionOptions(record(request, 'options'))) };
  }
};

async function create(request) {
  const name = string(request, 'entity');
  const type = string(request, 'type');
  if (!Object.hasOwn(MAKERS, type)) throw new Bad('type', `is no type of entity that can be made: ${type}`, true);
  const made = await add('entity', name, () => MAKERS[type](request));
  return type === 'session' ? { lsid: made.handle.id } : null;
}

async function close(request) {
  members(request, 'entity');
  const entity = entities.of('entity', request.entity);
  entities.delete(request.entity);
  if (entity.type === 'session') await entity.handle.endSession();
  if (entity.type === 'cursor') await entity.handle.close().catch(() => {});
  if (entity.type === 'client') {
    for (const [name, other] of entities) if (other.client === entity.client) entities.delete(name);
    await entity.client.close();
  }
  return null;
}

// ---- operations

const asked = new Map(); // by the number of a callback
let callbacks = 0;

/** For the operation `id`: comes back to the caller, and throws what came of the request that it names. */
const asker = id => () => new Promise((resolve, reject) => {
  const callback = ++callbacks;
  asked.set(callback, { resolve, reject, thrown: new Map() });
  write({ callback, of: id });
});

function answeredCallback(line) {
  const callback = asked.get(line.callback);
  if (!callback) return write({ id: null, error: describe(new Bad('callback', 'is the number of none that is open')) });
  asked.delete(line.callback);
  if (line.error === undefined || line.error === null) return callback.resolve();
  callback.reject(callback.thrown.get(line.error) ?? new Bad('error', 'is the id of no request that failed meanwhile'));
}

async function operation(request) {
  members(request, 'object', 'name', 'arguments', 'save');
  const entity = entities.of('object', request.object);
  const name = string(request, 'name');
  const act = Object.hasOwn(OPERATIONS[entity.type], name) && OPERATIONS[entity.type][name];
  if (!act) throw new Bad('name', `is no operation of a ${entity.type}: ${name}`, true);
  const doing = () => act(entity, new Arguments(request.arguments ?? {}, entities), asker(request.id));
  if (name !== 'createFindCursor') {
    if (request.save !== undefined) throw new Bad('save', `is not for \`${name}\``, true);
    return doing();
  }
  await add('save', string(request, 'save'), async () => ({ type: 'cursor', client: entity.client, handle: await doing() }));
  return null;
}

// ---- operations without entities

const byValue = new Map();
const DIRECT = { directConnection: true, connectTimeoutMS: 1000, serverSelectionTimeoutMS: 1000, retryWrites: false, retryReads: false };

async function opened(key, made) {
  if (!byValue.has(key)) byValue.set(key, openClient(made, () => {}));
  try {
    return await byValue.get(key);
  } catch (error) {
    byValue.delete(key);
    throw error;
  }
}

async function run(request) {
  if ((request.client === undefined) === (request.direct === undefined)) throw new Bad('client', 'or `direct` says whom to ask, and one of them');
  const name = request.name === 'command' ? 'runCommand' : string(request, 'name');
  const type = Object.hasOwn(OPERATIONS.collection, name) ? 'collection' : 'database';
  if (!RUNS.includes(request.name)) throw new Bad('name', `is no operation of \`run\`: ${name}`, true);
  const database = string(request, 'database');
  const collection = type === 'collection' ? string(request, 'collection') : undefined;
  let key, client;
  if (request.direct !== undefined) {
    key = string(request, 'direct');
    client = await opened(key, { uri: `mongodb://${key}/`, options: DIRECT });
  } else {
    const given = record(request, 'client');
    key = JSON.stringify(given);
    const { name: called, uri, options, ...rest } = given;
    for (const other of Object.keys(rest)) throw new Bad(`client.${other}`, 'is no member of a client', true);
    if (typeof uri !== 'string') throw new Bad('client.uri', uri === undefined ? 'is missing' : 'is a string');
    client = await opened(key, { uri, options });
  }
  const db = client.db(database);
  const handle = collection === undefined ? db : db.collection(collection);
  try {
    return await OPERATIONS[type][name]({ type, client, handle }, new Arguments(request.arguments ?? {}, entities));
  } catch (error) {
    // A new one has no memory of the failure, and tries at once.
    if (request.direct !== undefined && error instanceof mongodb.MongoError && !(error instanceof mongodb.MongoServerError)) {
      byValue.delete(key);
      client.close().catch(() => {});
    }
    throw error;
  }
}

// ---- what was told

function events(request) {
  members(request, 'entity', 'names', 'after');
  const { told, seq } = entities.of('entity', request.entity, 'client');
  const { names = Object.keys(EVENTS), after = 0 } = request;
  if (!Array.isArray(names)) throw new Bad('names', 'is a list of names');
  for (const [at, name] of names.entries()) if (!EVENTS[name]) throw new Bad(`names.${at}`, `is no event of this driver: ${name}`, true);
  if (!Number.isSafeInteger(after) || after < 0) throw new Bad('after', 'is a whole number from 0 on');
  if (after < seq - told.length) throw new Bad('after', `is before what is kept, which begins after ${seq - told.length}`);
  return { seq, events: told.filter(one => one.seq > after && names.includes(one.event)) };
}

// ---- requests

const RUNS = ['command', 'runCommand', ...Object.keys(OPERATIONS.collection).filter(name => name !== 'createFindCursor')];

const REQUESTS = {
  hello: () => ({
    protocol: 2, adapter: 'failc-driver-node', driver: 'node', version, requests: Object.keys(REQUESTS), operations: RUNS,
    objects: Object.fromEntries(Object.entries(OPERATIONS).map(([type, operations]) => [type, Object.keys(operations)])), events: Object.keys(EVENTS),
    capabilities: { addressMap: 'client', cancel: 'drops', callbacks: true, poolGeneration: true }, limits
  }),
  create, close, operation, run, events,
  topology: request => {
    members(request, 'entity');
    return seenTopology(entities.of('entity', request.entity, 'client').client);
  },
  state: request => {
    members(request, 'entity');
    return sessionState(entities.of('entity', request.entity, 'session').handle);
  },
  // The driver reports within the call that writes the line, so that there is nothing to wait for.
  sync: request => {
    members(request);
    return { events: Object.fromEntries([...entities].filter(([, entity]) => entity.type === 'client').map(([name, { seq }]) => [name, seq])) };
  }
};

const open = new Map(); // requests that have no answer yet, with the timer of their deadline

function answer(id, body) {
  if (!open.has(id)) return; // it was cancelled
  clearTimeout(open.get(id));
  open.delete(id);
  write({ id, ...body });
}

async function serve(request) {
  const { id, op, deadlineMS } = request;
  open.set(id, undefined);
  try {
    if (!Object.hasOwn(REQUESTS, op ?? '')) throw new Bad('op', op === undefined ? 'is missing' : `is no request: ${op}`, op !== undefined);
    if (deadlineMS !== undefined) {
      if (!Number.isInteger(deadlineMS) || deadlineMS < 1) throw new Bad('deadlineMS', 'is a whole number above 0');
      open.set(id, setTimeout(() => answer(id, { error: expired(deadlineMS) }), Math.min(deadlineMS, 2 ** 31 - 1)));
    }
    answer(id, { ok: (await REQUESTS[op](request)) ?? null });
  } catch (error) {
    for (const callback of asked.values()) callback.thrown.set(id, error);
    answer(id, { error: describe(error) });
  }
}

function cancel(id) {
  clearTimeout(open.get(id));
  open.delete(id);
}

let number = 0;

function readLine(bytes) {
  number += 1;
  const refuse = (field, why) => write({ id: null, error: { ...describe(new Bad(field, why)), message: `line ${number}: ${why}` } });
  if (bytes === null) return refuse('line', 'longer than 16 MiB');
  let request;
  try {
    request = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    return refuse('line', `not JSON: ${error.message}`);
  }
  if (request === null || typeof request !== 'object' || Array.isArray(request)) return refuse('line', 'not a JSON object');
  if (request.cancel !== undefined) return cancel(request.cancel);
  if (request.callback !== undefined) return answeredCallback(request);
  if (!Number.isSafeInteger(request.id) || request.id < 0) return refuse('id', request.id === undefined ? '`id` is missing' : '`id` is a whole number from 0 on');
  if (open.has(request.id)) return refuse('id', `\`id\` is that of a request that is not answered yet: ${request.id}`);
  serve(request);
}

// ---- the input

let parts = [];
let size = 0; // of parts; over the limit, they are dropped up to the end of the line

process.stdin.on('data', chunk => {
  for (let from = 0; from < chunk.length;) {
    const end = chunk.indexOf(10, from);
    const part = chunk.subarray(from, end < 0 ? chunk.length : end);
    size += part.length;
    if (size <= LINE_LIMIT) parts.push(part);
    else parts = [];
    if (end < 0) return;
    if (size > 0) readLine(size > LINE_LIMIT ? null : Buffer.concat(parts));
    parts = [];
    size = 0;
    from = end + 1;
  }
});

process.stdin.on('end', async () => {
  const clients = [...entities.values()].filter(entity => entity.type === 'client').map(entity => entity.client);
  const all = [...clients, ...(await Promise.allSettled(byValue.values())).map(one => one.value)];
  await Promise.race([Promise.allSettled(all.map(client => client?.close())), new Promise(resolve => setTimeout(resolve, CLOSING))]);
  process.exit(0);
});
process.stdout.on('error', () => process.exit(0)); // nobody reads any more
// What the driver throws where nobody asked for anything is for the log: whoever is asked next says what came of it.
process.on('uncaughtException', error => console.error(error));
