// The npm peers for DIDs behind one pipe, as peer.mjs: each line of standard input is {"op": NAME, ...}, each line of
// standard output its answer, in order. It opens no connection: whatever is resolved is handed over.
import {createInterface} from 'node:readline';
import {createPrivateKey, createPublicKey, sign, verify} from 'node:crypto';
import didJwk from '@or13/did-jwk';
import {
  createDID, deactivateDID, prepareDataForSigning, resolveDIDFromLog, signWitnessProofEntry, updateDID
} from 'didwebvh-ts';

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function base58(bytes) {
  let number = BigInt('0x' + (Buffer.from(bytes).toString('hex') || '0'));
  let text = '';
  for(; number > 0n; number /= 58n) {
    text = ALPHABET[Number(number % 58n)] + text;
  }
  return '1'.repeat(bytes.findIndex(byte => byte !== 0)) + text;
}

function keyOf(seed) {
  const secret = createPrivateKey({
    key: Buffer.concat([PKCS8, Buffer.from(seed, 'hex')]), format: 'der', type: 'pkcs8'
  });
  const raw = createPublicKey(secret).export({format: 'der', type: 'spki'}).subarray(SPKI.length);
  return {secret, multikey: 'z' + base58([0xed, 0x01, ...raw])};
}

// didwebvh-ts takes its cryptography from outside: these two lines of Node are independent of Satchel's engines.
function signerOf(seed) {
  const {secret, multikey} = keyOf(seed);
  return {
    getVerificationMethodId: () => `did:key:${multikey}#${multikey}`,
    async sign({document, proof}) {
      return {proofValue: 'z' + base58(sign(null, await prepareDataForSigning(document, proof), secret))};
    }
  };
}

const verifier = {
  async verify(signature, message, publicKey) {
    const key = createPublicKey({
      key: Buffer.concat([SPKI, Buffer.from(publicKey).subarray(-32)]), format: 'der', type: 'spki'
    });
    return verify(null, message, key, signature);
  }
};

const entries = text => text.trim().split('\n').map(line => JSON.parse(line));
const lines = log => log.map(entry => JSON.stringify(entry) + '\n').join('');
const settled = async ({did, doc, meta, log, webDoc}) => ({
  did, document: doc, versionId: meta.versionId, deactivated: meta.deactivated, log: lines(log), web: webDoc ?? null
});

const OPS = {
  // {seed: hex} -> {multikey}
  key: ({seed}) => ({multikey: keyOf(seed).multikey}),
  // {seed, options: of createDID} -> {did, document, versionId, deactivated, log: text, web}
  async webvh_create({seed, options}) {
    return settled(await createDID({
      ...options, signer: signerOf(seed), verifier, updateKeys: [keyOf(seed).multikey]
    }));
  },
  // {seed, log: text, options: of updateDID} -> as webvh_create
  async webvh_update({seed, log, options}) {
    return settled(await updateDID({...options, log: entries(log), signer: signerOf(seed), verifier}));
  },
  // {seed, log: text} -> as webvh_create
  async webvh_deactivate({seed, log}) {
    return settled(await deactivateDID({log: entries(log), signer: signerOf(seed), verifier}));
  },
  // {versionId, seeds: [hex]} -> {entry} of did-witness.json
  async webvh_witness({versionId, seeds}) {
    const signers = Object.fromEntries(seeds.map(seed => [`did:key:${keyOf(seed).multikey}`, signerOf(seed)]));
    const witnesses = Object.keys(signers).map(id => ({id}));
    return {entry: await signWitnessProofEntry({versionId, witnesses, witnessSignersByDid: signers})};
  },
  // {log: text, did, witness?: text, versionNumber?} -> {document, versionId, deactivated, error}
  async webvh_resolve({log, did, witness, versionNumber}) {
    let found;
    try {
      found = await resolveDIDFromLog(entries(log), {
        verifier, requestedDid: did, versionNumber, witnessProofs: witness ? JSON.parse(witness) : undefined
      });
    } catch(error) {
      return {document: null, versionId: '', deactivated: false, error: error.message};
    }
    const {doc, meta} = found;
    return {
      document: doc ?? null, versionId: meta.versionId ?? '', deactivated: meta.deactivated ?? false,
      error: meta.error ? JSON.stringify([meta.error, meta.problemDetails ?? null]) : ''
    };
  },
  // {jwk} -> {did}
  jwk_name: ({jwk}) => ({did: didJwk.toDid(jwk)}),
  // {did} -> {document}
  jwk_resolve: ({did}) => ({document: didJwk.resolve(did)})
};

for await (const line of createInterface({input: process.stdin, crlfDelay: Infinity})) {
  let answer;
  try {
    const {op, ...request} = JSON.parse(line);
    answer = {ok: true, ...await OPS[op](request)};
  } catch(error) {
    answer = {ok: false, error: error?.message ?? String(error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
