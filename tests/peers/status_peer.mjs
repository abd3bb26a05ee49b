// @sd-jwt/jwt-status-list and jose behind one pipe, as peer.mjs: each line is {"op": NAME, ...}, each answer
// {"ok": true, ...} or {"ok": false, "error": TEXT}. It opens no connection.
import {createInterface} from 'node:readline';
import * as jose from 'jose';
import {
  StatusList, createHeaderAndPayload, getListFromStatusListJWT, getStatusListFromJWT
} from '@sd-jwt/jwt-status-list';

const OPS = {
  contexts: () => ({count: 0}),
  // {values: [number], bits} -> {lst}
  pack: ({values, bits}) => ({lst: new StatusList(values, bits).compressStatusList()}),
  // {lst, bits, indexes} -> {length, values}
  unpack({lst, bits, indexes}) {
    const list = StatusList.decompressStatusList(lst, bits);
    return {length: list.statusList.length, values: indexes.map(index => list.getStatus(index))};
  },
  // {values, bits, payload, header, jwk} -> {token}: the list as a signed token
  async token_make({values, bits, payload, header, jwk}) {
    const made = createHeaderAndPayload(new StatusList(values, bits), payload, {typ: 'statuslist+jwt', ...header});
    const key = await jose.importJWK(jwk, header.alg);
    return {token: await new jose.SignJWT(made.payload).setProtectedHeader(made.header).sign(key)};
  },
  // {token, jwk, alg, now, subject, indexes} -> {bits, length, values}: an unverified one is an error
  async token_read({token, jwk, alg, now, subject, indexes}) {
    const key = await jose.importJWK(jwk, alg);
    await jose.jwtVerify(token, key, {
      algorithms: [alg], typ: 'statuslist+jwt', subject, currentDate: new Date(now), requiredClaims: ['sub', 'iat']
    });
    const list = getListFromStatusListJWT(token);
    return {
      bits: list.getBitsPerStatus(), length: list.statusList.length,
      values: indexes.map(index => list.getStatus(index))
    };
  },
  // {token} -> {idx, uri}: where the status of this token stands
  place: ({token}) => getStatusListFromJWT(token)
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
