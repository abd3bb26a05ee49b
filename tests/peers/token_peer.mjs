// jose and @sd-jwt/sd-jwt-vc behind one pipe, as peer.mjs: each line is {"op": NAME, ...}, each answer {"ok": true, ...}
// or {"ok": false, "error": TEXT}. It opens no connection.
import {createInterface} from 'node:readline';
import {performance} from 'node:perf_hooks';
import * as jose from 'jose';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import {digest, generateSalt, ES256, ES384, ES512} from '@sd-jwt/crypto-nodejs';

const CURVES = {ES256, ES384, ES512};

function signerOf(alg, jwk) {
  return CURVES[alg].getSigner(jwk);
}

function instanceOf(config) {
  return new SDJwtVcInstance({hasher: digest, saltGenerator: generateSalt, ...config});
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
  contexts: () => ({count: 0}),
  // {payload: object, header, jwk} -> {token}
  async jws_sign({payload, header, jwk}) {
    const key = await jose.importJWK(jwk, header.alg);
    const token = await new jose.CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader(header).sign(key);
    return {token};
  },
  // {token, jwk, alg, typ, now} -> {payload, header}
  async jws_verify({token, jwk, alg, typ, now}) {
    const key = await jose.importJWK(jwk, alg);
    const {payload, protectedHeader} =
      await jose.jwtVerify(token, key, {algorithms: [alg], typ, currentDate: new Date(now)});
    return {payload, header: protectedHeader};
  },
  // {alg} -> {jwk}: a new private key
  async jwk({alg}) {
    const {privateKey} = await jose.generateKeyPair(alg, {extractable: true});
    return {jwk: await jose.exportJWK(privateKey)};
  },
  // {jwk} -> {thumbprint}
  async thumbprint({jwk}) {
    return {thumbprint: await jose.calculateJwkThumbprint(jwk)};
  },
  // {claims, frame, header, alg, jwk, hashAlg} -> {token}
  async sd_issue({claims, frame, header, alg, jwk, hashAlg}) {
    const instance = instanceOf({signer: await signerOf(alg, jwk), signAlg: alg, hashAlg});
    return {token: await instance.issue(claims, frame, {header})};
  },
  // {token, frame, kb: {payload, alg, jwk} | null} -> {token}
  async sd_present({token, frame, kb}) {
    const config = kb ? {kbSigner: await signerOf(kb.alg, kb.jwk), kbSignAlg: kb.alg} : {};
    const instance = instanceOf(config);
    return {token: await instance.present(token, frame, kb ? {kb: {payload: kb.payload}} : undefined)};
  },
  // {token, alg, jwk, kbAlg, nonce, now: seconds} -> {payload, header, kb}: an unverified one is an error
  async sd_verify({token, alg, jwk, kbAlg, nonce, now}) {
    const instance = instanceOf({
      verifier: await CURVES[alg].getVerifier(jwk),
      kbVerifier: async (data, signature, payload) =>
        (await CURVES[kbAlg].getVerifier(payload.cnf.jwk))(data, signature)
    });
    const {payload, header, kb} = await instance.verify(token, {keyBindingNonce: nonce ?? undefined, currentDate: now});
    return {payload, header, kb: kb?.payload ?? null};
  },
  // The same operations `count` times -> {count, wall_seconds, cpu_seconds}; keys are imported once, as a service would.
  async bench_jws_sign({payload, header, jwk, count}) {
    const key = await jose.importJWK(jwk, header.alg);
    return measured(count, () => new jose.CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader(header).sign(key));
  },
  async bench_jws_verify({token, jwk, alg, typ, now, count}) {
    const key = await jose.importJWK(jwk, alg);
    return measured(count, () =>
      jose.jwtVerify(token, key, {algorithms: [alg], typ, currentDate: new Date(now)}));
  },
  async bench_sd_issue({claims, frame, alg, jwk, count}) {
    const instance = instanceOf({signer: await signerOf(alg, jwk), signAlg: alg});
    return measured(count, () => instance.issue(claims, frame));
  },
  async bench_sd_present({token, frame, kb, count}) {
    const instance = instanceOf({kbSigner: await signerOf(kb.alg, kb.jwk), kbSignAlg: kb.alg});
    return measured(count, () => instance.present(token, frame, {kb: {payload: kb.payload}}));
  },
  async bench_sd_verify({token, alg, jwk, nonce, now, count}) {
    const holder = await CURVES[alg].getVerifier(JSON.parse(
      Buffer.from(token.split('.')[1], 'base64url').toString()).cnf.jwk);
    const instance = instanceOf({verifier: await CURVES[alg].getVerifier(jwk), kbVerifier: holder});
    return measured(count, () => instance.verify(token, {keyBindingNonce: nonce, currentDate: now}));
  }
};

for await (const line of createInterface({input: process.stdin, crlfDelay: Infinity})) {
  let answer;
  try {
    const {op, ...request} = JSON.parse(line);
    answer = {ok: true, ...await OPS[op](request)};
  } catch(error) {
    answer = {ok: false, error: String(error?.message ?? error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
