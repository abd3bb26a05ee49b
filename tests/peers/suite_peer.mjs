// The peers that make and check Data Integrity proofs of every suite, behind one pipe: each line of standard input is
// {"op": NAME, ...}, each line of standard output its answer, in order: {"ok": true, ...} or {"ok": false,
// "error": TEXT}. It opens no connection: contexts are handed over first and everything else is refused by the loader.
import {createInterface} from 'node:readline';
import {performance} from 'node:perf_hooks';
import * as vc from '@digitalbazaar/vc';
import * as bbs2023 from '@digitalbazaar/bbs-2023-cryptosuite';
import * as Bls12381Multikey from '@digitalbazaar/bls12-381-multikey';
import * as didKey from '@digitalbazaar/did-method-key';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as ecdsaJcs2019 from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import * as ecdsaSd2023 from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as eddsaJcs2022 from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';

const contexts = new Map();
const keys = didKey.driver();
// The first characters of a did:key tell which library reads it.
const READERS = {z6Mk: Ed25519Multikey, zDna: EcdsaMultikey, z82L: EcdsaMultikey, zUC7: Bls12381Multikey};
Object.entries(READERS).forEach(([header, {from}]) => keys.use({multibaseMultikeyHeader: header, fromMultibase: from}));

// Each suite in the form that signs, that derives and that checks.
const SUITES = {
  'eddsa-rdfc-2022': {sign: () => eddsaRdfc2022, verify: () => eddsaRdfc2022},
  'eddsa-jcs-2022': {sign: eddsaJcs2022.createSignCryptosuite, verify: eddsaJcs2022.createVerifyCryptosuite},
  'ecdsa-rdfc-2019': {sign: () => ecdsaRdfc2019, verify: () => ecdsaRdfc2019},
  'ecdsa-jcs-2019': {sign: ecdsaJcs2019.createSignCryptosuite, verify: ecdsaJcs2019.createVerifyCryptosuite},
  'ecdsa-sd-2023': {
    sign: ecdsaSd2023.createSignCryptosuite,
    derive: ecdsaSd2023.createDiscloseCryptosuite,
    verify: ecdsaSd2023.createVerifyCryptosuite
  },
  'bbs-2023': {
    sign: bbs2023.createSignCryptosuite,
    derive: bbs2023.createDiscloseCryptosuite,
    verify: bbs2023.createVerifyCryptosuite
  }
};

async function documentLoader(url) {
  const document = contexts.get(url) ?? (url.startsWith('did:key:') ? await keys.get({url}) : undefined);
  if(!document) {
    throw new Error(`not handed over: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document, tag: 'static'};
}

async function keyOf({publicKeyMultibase, secretKeyMultibase}) {
  const controller = `did:key:${publicKeyMultibase}`;
  const id = `${controller}#${publicKeyMultibase}`;
  return READERS[publicKeyMultibase.slice(0, 4)].from(
    {type: 'Multikey', id, controller, publicKeyMultibase, secretKeyMultibase});
}

function suiteOf(name, form, {key, created, ...options} = {}) {
  const date = created;
  if(name === 'Ed25519Signature2020') {
    return new Ed25519Signature2020({key, date});
  }
  const signer = form === 'sign' ? key?.signer() : undefined;
  return new DataIntegrityProof({signer, date, cryptosuite: SUITES[name][form](options)});
}

function reasonOf(error) {
  const all = error?.errors ?? [error];
  return all.map(e => e?.cause?.cause?.message ?? e?.cause?.message ?? e?.message ?? String(e)).join('; ');
}

// A credential may name a status list; what is asked here is its proof.
const checkStatus = async () => ({verified: true});

async function verify({credential, suite, now}) {
  const result = await vc.verifyCredential({
    credential, suite: suiteOf(suite, 'verify'), documentLoader, now, checkStatus
  });
  return {verified: result.verified, error: result.verified ? '' : reasonOf(result.error)};
}

const sign = async ({credential, suite, key, created, now, mandatoryPointers}) => vc.issue({
  credential: structuredClone(credential), documentLoader, now,
  suite: suiteOf(suite, 'sign', {key: await keyOf(key), created, mandatoryPointers})
});

const derive = ({credential, suite, selectivePointers, presentationHeader}) => vc.derive({
  verifiableCredential: structuredClone(credential), documentLoader,
  suite: suiteOf(suite, 'derive', {
    selectivePointers, presentationHeader: new Uint8Array(Buffer.from(presentationHeader ?? '', 'hex'))
  })
});

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
  // {credential, suite, key: {publicKeyMultibase, secretKeyMultibase}, created, now, mandatoryPointers?} -> {credential}
  sign: async request => ({credential: await sign(request)}),
  // {credential, suite, selectivePointers, presentationHeader?: hex} -> {credential}
  derive: async request => ({credential: await derive(request)}),
  // {credential, suite, now} -> {verified, error}
  verify,
  // {credential, suite, key, created, now, mandatoryPointers?, count} -> {count, wall_seconds, cpu_seconds}
  bench_sign: ({count, ...request}) => measured(count, () => sign(request)),
  // {credential, suite, selectivePointers, count} -> {count, wall_seconds, cpu_seconds}
  bench_derive: ({count, ...request}) => measured(count, () => derive(request)),
  // {credential: text, suite, now, count}: from text, as a service meets it; an unverified one is an error.
  bench_verify: ({credential, suite, now, count}) => measured(count, async () => {
    const {verified, error} = await verify({credential: JSON.parse(credential), suite, now});
    if(!verified) {
      throw new Error(error);
    }
  })
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
