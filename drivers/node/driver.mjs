// The driver itself: of `npm install` in this folder, or of tests/drivers/node/install in build/node.
import { createRequire } from 'node:module';

function load(name) {
  const places = [import.meta.url, new URL('../../build/node/', import.meta.url)];
  for (const place of places) {
    try {
      return createRequire(place)(name);
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  console.error('there is no package `mongodb`: `npm install` in drivers/node, or tests/drivers/node/install, gets it');
  process.exit(3);
}

export const mongodb = load('mongodb');
export const { version } = load('mongodb/package.json');
export const { EJSON } = mongodb.BSON;
const wire = load('mongodb/lib/cmap/wire_protocol/constants.js');
export const limits = { minWireVersion: wire.MIN_SUPPORTED_WIRE_VERSION, maxWireVersion: wire.MAX_SUPPORTED_WIRE_VERSION };

/** A request that is no good: `field` is the path of what is wrong, `unsupported` whether it may be good for other drivers. */
export class Bad extends Error {
  constructor(field, message, unsupported = false) {
    super(`\`${field}\` ${message}`);
    Object.assign(this, { field, unsupported });
  }
}

/** Extended JSON to the driver's values; numbers of 64 bits, and doubles that look whole, stay what they are. */
export const document = json => EJSON.deserialize(json, { relaxed: false });
/** The same to plain numbers, as options are wanted. */
export const plain = json => EJSON.deserialize(json, { relaxed: true });
