// Clients: how they are made, what they report, and where their sockets go.
import { createRequire } from 'node:module';

import { Bad, mongodb } from './driver.mjs';
import { describe } from './errors.mjs';

const { MongoClient } = mongodb;
const require = createRequire(import.meta.url);

// ---- address maps

// The driver hands its `lookup` option to whatever opens its sockets: by that function one knows for which client that is.
const maps = new WeakMap();
for (const [module, name] of [[require('node:net'), 'createConnection'], [require('node:tls'), 'connect']]) {
  const open = module[name];
  module[name] = (options, ...more) => {
    const wanted = maps.get(options?.lookup)?.get(`${options.host}:${options.port}`);
    if (!wanted) return open(options, ...more);
    const { lookup, ...rest } = options;
    return open({ ...rest, ...wanted }, ...more);
  };
}

function mapping(addresses) {
  const map = new Map();
  for (const [from, to] of Object.entries(addresses)) {
    const found = /^(.+):(\d+)$/.exec(to);
    if (!found) throw new Bad(`addressMap.${from}`, 'is an address, "host:port"');
    map.set(from.toLowerCase().replace(/^\[(.*)\]:/, '$1:'), { host: found[1], port: Number(found[2]) });
  }
  // Never called for an address of the map, so it only has to do what the default does.
  const lookup = (host, options, done) => require('node:dns').lookup(host, options, done);
  maps.set(lookup, map);
  return lookup;
}

// ---- descriptions

const given = fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

function server(description, pool) {
  const { address, type, hosts, passives, arbiters, me, primary, tags, setName, setVersion, electionId, minWireVersion, maxWireVersion, logicalSessionTimeoutMinutes, topologyVersion, error } = description;
  return {
    address, type, setName: setName ?? null, hosts, passives, arbiters,
    ...given({ me, primary, tags, setVersion, electionId, minWireVersion, maxWireVersion, logicalSessionTimeoutMinutes, topologyVersion, error: error?.message }),
    ...(description.roundTripTime >= 0 && type !== 'Unknown' ? { roundTripTimeMS: description.roundTripTime } : {}),
    ...(pool ? { pool: { generation: pool.generation } } : {})
  };
}

function topology(description, servers) {
  const { type, setName, compatible, logicalSessionTimeoutMinutes, maxElectionId, maxSetVersion } = description;
  return {
    type, setName: setName ?? null, ...given({ compatible, logicalSessionTimeoutMinutes, maxElectionId, maxSetVersion }),
    servers: [...description.servers.values()].map(one => server(one, servers?.get(one.address)?.pool))
  };
}

// The driver offers only its events; its pools are known to its topology alone.
export const seenTopology = client => topology(client.topology.description, client.topology.s.servers);

// ---- events

const command = event => ({
  commandName: event.commandName, requestId: event.requestId, address: event.address, ...given({ connectionId: event.connectionId, serviceId: event.serviceId }),
  ...(event.serverConnectionId === null || event.serverConnectionId === undefined ? {} : { serverConnectionId: Number(event.serverConnectionId) })
});
const failure = error => describe(error);
const place = event => ({ address: event.address, ...given({ connectionId: event.connectionId, reason: event.reason, serviceId: event.serviceId }) });
const beat = event => ({ address: event.connectionId, awaited: event.awaited });

// From the name in the unified test format to the driver's name, and what of it is told.
export const EVENTS = {
  commandStartedEvent: ['commandStarted', event => ({ ...command(event), databaseName: event.databaseName, command: event.command })],
  commandSucceededEvent: ['commandSucceeded', event => ({ ...command(event), durationMS: event.duration, reply: event.reply })],
  commandFailedEvent: ['commandFailed', event => ({ ...command(event), durationMS: event.duration, failure: failure(event.failure) })],
  poolCreatedEvent: ['connectionPoolCreated', place],
  poolReadyEvent: ['connectionPoolReady', place],
  poolClearedEvent: ['connectionPoolCleared', event => ({ ...place(event), interruptInUseConnections: event.interruptInUseConnections ?? false })],
  poolClosedEvent: ['connectionPoolClosed', place],
  connectionCreatedEvent: ['connectionCreated', place],
  connectionReadyEvent: ['connectionReady', place],
  connectionClosedEvent: ['connectionClosed', place],
  connectionCheckOutStartedEvent: ['connectionCheckOutStarted', place],
  connectionCheckOutFailedEvent: ['connectionCheckOutFailed', place],
  connectionCheckedOutEvent: ['connectionCheckedOut', place],
  connectionCheckedInEvent: ['connectionCheckedIn', place],
  topologyOpeningEvent: ['topologyOpening', () => ({})],
  topologyClosedEvent: ['topologyClosed', () => ({})],
  topologyDescriptionChangedEvent: ['topologyDescriptionChanged', event => ({ previousDescription: topology(event.previousDescription), newDescription: topology(event.newDescription) })],
  serverOpeningEvent: ['serverOpening', place],
  serverClosedEvent: ['serverClosed', place],
  serverDescriptionChangedEvent: ['serverDescriptionChanged', event => ({ address: event.address, previousDescription: server(event.previousDescription), newDescription: server(event.newDescription) })],
  serverHeartbeatStartedEvent: ['serverHeartbeatStarted', beat],
  serverHeartbeatSucceededEvent: ['serverHeartbeatSucceeded', event => ({ ...beat(event), durationMS: event.duration, reply: event.reply })],
  serverHeartbeatFailedEvent: ['serverHeartbeatFailed', event => ({ ...beat(event), durationMS: event.duration, failure: failure(event.failure) })]
};

// ---- making one

/** The URI with `options` behind its own, which the later ones of a name win over: so the driver reads them as it reads a URI. */
function withOptions(uri, options) {
  const first = /^(mongodb(?:\+srv)?:\/\/[^/?]*)(\/[^?]*)?\??(.*)$/s.exec(uri);
  if (!first) throw new Bad('uri', 'is no URI of MongoDB\'s');
  const query = new Map();
  const put = (name, value, field) => {
    const list = Array.isArray(value) ? value : [value];
    if (!list.every(one => ['string', 'number', 'boolean'].includes(typeof one) || (one && typeof one === 'object' && name === 'readPreferenceTags')))
      throw new Bad(field, 'is a string, a number, a bool or a list of them');
    const words = list.map(one => (typeof one === 'object' ? Object.entries(one).map(([key, tag]) => `${key}:${tag}`).join(',') : String(one)));
    query.set(name.toLowerCase(), (name === 'readPreferenceTags' ? words : [words.join(',')]).map(word => `${name}=${encodeURIComponent(word)}`).join('&'));
  };
  for (const pair of first[3].split('&').filter(Boolean)) {
    const name = pair.split('=')[0].toLowerCase();
    query.set(name, query.has(name) && name === 'readpreferencetags' ? `${query.get(name)}&${pair}` : pair);
  }
  for (const [name, value] of Object.entries(options)) put(name, value, `options.${name}`);
  const all = [...query.values()].join('&');
  return `${first[1]}${first[2] ?? '/'}${all ? `?${all}` : ''}`;
}

function construct(uri, options, more) {
  try {
    return new MongoClient(withOptions(uri, options), more);
  } catch (error) {
    if (error instanceof Bad) throw error;
    const unknown = /options? (.+) (?:is|are) not supported/.exec(error.message);
    throw new Bad(unknown ? `options.${unknown[1]}` : Object.keys(options).length ? 'options' : 'uri', `is refused by the driver: ${error.message}`, unknown !== null);
  }
}

/** `tell(event, data)` gets what is observed. Discovery has begun when this is over. */
export async function open({ uri, options = {}, serverApi, observeEvents = [], addressMap }, tell) {
  const more = { monitorCommands: observeEvents.some(name => name.startsWith('command')), __skipPingOnConnect: true };
  if (serverApi !== undefined) more.serverApi = serverApi;
  if (addressMap !== undefined) more.lookup = mapping(addressMap);
  const client = construct(uri, options, more);
  for (const name of observeEvents) {
    if (!EVENTS[name]) throw new Bad(`observeEvents.${observeEvents.indexOf(name)}`, `is no event of this driver: ${name}`, true);
    const [event, told] = EVENTS[name];
    client.on(event, one => tell(name, told(one)));
  }
  // The driver's connect() selects a server and ends its discovery where it finds none in time. Here discovery goes on until the client is
  // closed, so that there is no such time for connect() alone.
  const patience = client.options.serverSelectionTimeoutMS;
  client.options.serverSelectionTimeoutMS = 0;
  const begun = new Promise(resolve => client.once('topologyOpening', () => setImmediate(resolve)));
  const connected = client.connect();
  connected.catch(() => {}); // it is closed before there was a server
  try {
    await Promise.race([begun, connected]);
  } catch (error) {
    throw new Bad('uri', `is refused by the driver: ${error.message}`);
  }
  client.options.serverSelectionTimeoutMS = patience;
  return client;
}
