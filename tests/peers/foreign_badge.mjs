// Prints the demo's foreign badge: an Open Badge 3.0 of an invented school, signed by @digitalbazaar/vc and not by
// Satchel. Standard input is {"URL": "text of the context"}; the seeds and the time are fixed, so the output is too.
// The keys are public on purpose: nothing that they sign means anything.
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import * as vc from '@digitalbazaar/vc';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';

const CREATED = '2026-05-20T09:00:00Z';
const contexts = JSON.parse(readFileSync(0, 'utf8'));

async function documentLoader(url) {
  if(!Object.hasOwn(contexts, url)) {
    throw new Error(`not handed over: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: JSON.parse(contexts[url]), tag: 'static'};
}

async function keyOf(phrase) {
  const key = await Ed25519Multikey.generate({seed: createHash('sha256').update(phrase).digest()});
  key.controller = `did:key:${key.publicKeyMultibase}`;
  key.id = `${key.controller}#${key.publicKeyMultibase}`;
  return key;
}

const school = await keyOf('Harbour Vocational School, public demonstration key');
// The demo's learner, as a badge that is bound to an address names them: by a salted hash.
const salt = 'kmvlbdqfjsjqgzcmmyzsupsxbm';
const identityHash = 'sha256$' + createHash('sha256').update('alder@learner.example' + salt).digest('hex');

const credential = {
  '@context': [
    'https://www.w3.org/ns/credentials/v2',
    'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'
  ],
  id: 'urn:uuid:8f6d2a0e-53c4-4b19-9a77-1d0c6e2b4f35',
  type: ['VerifiableCredential', 'OpenBadgeCredential'],
  name: 'Weak points of small networks',
  issuer: {
    id: school.controller,
    type: ['Profile'],
    name: 'Harbour Vocational School',
    description: 'An invented school, for demonstrations only.'
  },
  validFrom: CREATED,
  awardedDate: '2026-05-15T16:30:00Z',
  credentialSubject: {
    type: ['AchievementSubject'],
    identifier: [{type: 'IdentityObject', hashed: true, identityHash, identityType: 'emailAddress', salt}],
    achievement: {
      id: 'urn:uuid:2c1b8e57-0f3a-4d6e-8a90-b5e7c4d1f268',
      type: ['Achievement'],
      achievementType: 'MicroCredential',
      name: 'Weak points of small networks',
      description: 'Examines the network of a ship or an office of up to twenty desks, and writes down what it found.',
      criteria: {
        narrative: 'Two networks examined, and both reports defended before an examiner.'
      },
      alignment: [{
        type: ['Alignment'],
        targetName: 'identify ICT system weaknesses',
        targetUrl: 'http://data.europa.eu/esco/skill/dad7e408-162f-46a4-8567-db560e19e2fc',
        targetFramework: 'ESCO'
      }]
    }
  },
  evidence: [{
    type: ['Evidence'],
    name: 'Report on the network of a ferry',
    narrative: 'Eleven weak points, each with a way to see it for oneself.'
  }]
};

const signed = await vc.issue({
  credential, documentLoader, suite: new DataIntegrityProof({signer: school.signer(), date: CREATED, cryptosuite})
});
process.stdout.write(JSON.stringify(signed, null, 2) + '\n');
