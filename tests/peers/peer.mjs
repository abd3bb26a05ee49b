// The npm peers behind one pipe: each line of standard input is {"op": NAME, ...}, each line of standard output its
// answer, in order: {"ok": true, ...} or {"ok": false, "error": TEXT}. It opens no connection: contexts and other
// documents are handed over first (`contexts`, `documents`) and everything else is refused by the loader.
import {createInterface} from 'node:readline';
import {performance} from 'node:perf_hooks';
import * as vc from '@digitalbazaar/vc';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as didKey from '@digitalbazaar/did-method-key';
import * as statusList from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import jsonld from 'jsonld';

const contexts = new Map();
const documents = new Map();
const keys = didKey.driver();
keys.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});

async function documentLoader(url) {
  const document = contexts.get(url) ?? documents.get(url) ??
    (url.startsWith('did:key:') ? await keys.get({url}) : dereference(url));
  // `static` lets jsonld.js keep a context that it has processed, as a service would.
  return {contextUrl: null, documentUrl: url, document, tag: 'static'};
}

function dereference(url) {
  const method = documents.get(url.split('#')[0])?.verificationMethod?.find(({id}) => id === url);
  if(!method) {
    throw new Error(`not handed over: ${url}`);
  }
  return {'@context': 'https://w3id.org/security/multikey/v1', ...method};
}

async function keyOf({seed, id, controller}) {
  const key = await Ed25519Multikey.generate({seed: Buffer.from(seed, 'hex')});
  key.controller = controller ?? `did:key:${key.publicKeyMultibase}`;
  key.id = id ?? `${key.controller}#${key.publicKeyMultibase}`;
  return key;
}

function suiteOf({suite, signer, key, created}) {
  if(suite === 'eddsa-rdfc-2022') {
    return new DataIntegrityProof({signer, date: created, cryptosuite: eddsaRdfc2022});
  }
  if(suite === 'Ed25519Signature2020') {
    return new Ed25519Signature2020({key, date: created});
  }
  throw new Error(`no such suite: ${suite}`);
}

function reasonOf(error) {
  const all = error?.errors ?? [error];
  return all.map(e => e?.details?.event?.message ?? e?.details?.cause?.message ?? e?.cause?.message ?? e?.message ?? String(e)).join('; ');
}

const canonize = document => eddsaRdfc2022.canonize(document, {documentLoader, safe: true});

async function verify({credential, now}) {
  const suites = ['eddsa-rdfc-2022', 'Ed25519Signature2020'].map(suite => suiteOf({suite}));
  const result = await vc.verifyCredential({
    credential, suite: suites, documentLoader, now, checkStatus: statusList.checkStatus
  });
  return {
    verified: result.verified,
    status: result.statusResult?.results?.map(({status}) => status) ?? [],
    error: result.verified ? '' : reasonOf(result.error ?? result.statusResult?.error)
  };
}

async function measured(count, once) {
  const started = performance.now();
  const cpu = process.cpuUsage();
  for(let i = 0; i < count; i++) {
    await once();
  }
  const {user, system} = process.cpuUsage(cpu);
  return {count, wall_seconds: (performance.now() - started) / 1000, cpu_seconds: (user + system) / 1e6};
}

const OPS = {
  // {contexts: {URL: text}}: once only, since jsonld.js keeps what it has processed by URL.
  contexts({contexts: handed}) {
    if(contexts.size) {
      throw new Error('contexts were handed over before');
    }
    Object.entries(handed).forEach(([url, text]) => contexts.set(url, JSON.parse(text)));
    return {count: contexts.size};
  },
  // {documents: {URL: object}}: replaces the DID documents and status lists that the loader knows.
  documents({documents: handed}) {
    documents.clear();
    Object.entries(handed).forEach(([url, document]) => documents.set(url, document));
    return {count: documents.size};
  },
  // {document} -> {nquads}: the canonical form that a signature covers, safe mode on.
  async canonize({document}) {
    return {nquads: await canonize(document)};
  },
  // {seed: hex} -> {id, controller, publicKeyMultibase}
  async key(request) {
    const {id, controller, publicKeyMultibase} = await keyOf(request);
    return {id, controller, publicKeyMultibase};
  },
  // {credential, seed: hex, suite, created, id?, controller?, now?} -> {credential}
  async sign({credential, suite, created, now, ...rest}) {
    const key = await keyOf(rest);
    return {credential: await vc.issue({
      credential, suite: suiteOf({suite, signer: key.signer(), key, created}), documentLoader, now
    })};
  },
  // {credential, now} -> {verified, status: [bit of each entry], error}
  verify,
  // {length, set: [index]} -> {encodedList}
  async status_encode({length, set}) {
    const list = await statusList.createList({length});
    set.forEach(index => list.setStatus(index, true));
    return {encodedList: await list.encode()};
  },
  // {encodedList, indexes} -> {length, values: [boolean]}
  async status_decode({encodedList, indexes}) {
    const list = await statusList.decodeList({encodedList});
    return {length: list.length, values: indexes.map(index => list.getStatus(index))};
  },
  // {document, count} -> {count, wall_seconds, cpu_seconds}
  bench_canonize: ({document, count}) => measured(count, () => canonize(document)),
  // {credential: text, now, count}: from text, as a service meets it; an unverified one is an error.
  bench_verify: ({credential, now, count}) => measured(count, async () => {
    const {verified, error} = await verify({credential: JSON.parse(credential), now});
    if(!verified) {
      throw new Error(error);
    }
  }),
  // {credential, seed, suite, created, count} -> {count, wall_seconds, cpu_seconds}
  async bench_sign({credential, suite, created, now, count, ...rest}) {
    const key = await keyOf(rest);
    return measured(count, () => vc.issue({
      credential: structuredClone(credential), documentLoader, now,
      suite: suiteOf({suite, signer: key.signer(), key, created})
    }));
  }
};

for await (const line of createInterface({input: process.stdin, crlfDelay: Infinity})) {
  let answer;
  try {
    const {op, ...request} = JSON.parse(line);
    answer = {ok: true, ...await OPS[op](request)};
  } catch(error) {
    answer = {ok: false, error: reasonOf(error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
