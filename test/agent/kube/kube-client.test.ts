import { rmSync, writeFileSync } from 'node:fs';
import { HttpsServer, type HttpsAnswer, type HttpsRequest } from './https-server';
import { inClusterConnection, KubeClient } from '../../../agent/kube/kube-client';
import { isConflict, isNotFound, KubeError } from '../../../agent/kube/kube-error';

const NODE = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } };
const OK = { status: 200, body: NODE };
const refusal = (status: number, message: string): HttpsAnswer => ({ status, body: { kind: 'Status', status: 'Failure', message } });

let server: HttpsServer;
let requests: HttpsRequest[];
let answers: HttpsAnswer[];

beforeEach(async () => {
  requests = [];
  answers = [];
  server = await HttpsServer.start((request) => {
    requests.push(request);
    return answers.shift() ?? OK;
  });
});

afterEach(async () => server.stop());

const client = () => new KubeClient(server.connection);

test('reads an object with the token of the service account', async () => {
  expect(await client().get('/api/v1/nodes/a')).toEqual(NODE);
  expect(requests).toMatchObject([{ method: 'GET', path: '/api/v1/nodes/a', headers: { authorization: 'Bearer first token' } }]);
});

test('reads the token again for each request, because it is rotated', async () => {
  const kube = client();
  await kube.get('/x');
  writeFileSync(server.connection.tokenFile, 'second token');
  await kube.get('/x');
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer first token', 'Bearer second token']);
});

test('applies as a field manager that takes fields over', async () => {
  await client().apply('/api/v1/nodes/a', NODE, 'me', { dryRun: true });
  const [{ method, query, headers, body }] = requests;
  expect({ method, query: Object.fromEntries(query), type: headers['content-type'], body }).toEqual({
    method: 'PATCH', query: { fieldManager: 'me', force: 'true', dryRun: 'All' }, type: 'application/apply-patch+yaml', body: NODE,
  });
});

test('deletes only what was read', async () => {
  await client().delete('/x', { uid: 'u', resourceVersion: '7' });
  expect(requests).toMatchObject([{ method: 'DELETE', body: { preconditions: { uid: 'u', resourceVersion: '7' } } }]);
});

test('asks for the dry run of a deletion in its body, where the API server looks', async () => {
  await client().delete('/x', { uid: 'u' }, { dryRun: true });
  expect(requests).toMatchObject([{ method: 'DELETE', body: { preconditions: { uid: 'u' }, dryRun: ['All'] } }]);
});

test.each<[string, HttpsAnswer]>([
  ['the connection is cut', 'cut'],
  ['the API server is overloaded', refusal(429, 'too many requests')],
  ['the API server fails', refusal(500, 'etcdserver: leader changed')],
  ['a load balancer has nobody behind it', { status: 503, body: '<html>no backend</html>' }],
])('tries again when %s', async (_, answer) => {
  answers = [answer, answer];
  expect(await client().get('/api/v1/nodes/a')).toEqual(NODE);
  expect(requests).toHaveLength(3);
});

test('tries again when an answer does not come in time', async () => {
  answers = ['hang'];
  expect(await new KubeClient({ ...server.connection, timeoutMs: 100 }).get('/x')).toEqual(NODE);
});

test('waits as long as the API server asks for', async () => {
  answers = [{ status: 429, body: '', headers: { 'retry-after': '1' } }];
  const startedAt = performance.now();
  await client().get('/x');
  expect(performance.now() - startedAt).toBeGreaterThan(990);
});

test('gives up after the last attempt and says what happened', async () => {
  answers = Array<HttpsAnswer>(9).fill('cut');
  await expect(client().get('/x')).rejects.toThrow(/^the API server at 127\.0\.0\.1:\d+ cannot be reached for GET \/x \(tried 6 times\): socket hang up$/);
  expect(requests).toHaveLength(6);
});

test('an API server that is not there is named with its address', async () => {
  const gone = await HttpsServer.start(() => OK);
  await gone.stop();
  await expect(new KubeClient({ ...server.connection, port: gone.connection.port }).get('/x')).rejects.toThrow(/cannot be reached.*ECONNREFUSED/);
});

test('does not talk to a server that the certificate authority does not vouch for', async () => {
  const other = await HttpsServer.start(() => OK);
  await expect(new KubeClient({ ...server.connection, caFile: other.connection.caFile }).get('/x')).rejects.toThrow(/self-signed|certificate|unable to verify/);
  expect(requests).toEqual([]);
  await other.stop();
});

test('a token file that is not there is an error at once', async () => {
  rmSync(server.connection.tokenFile);
  await expect(client().get('/x')).rejects.toThrow(/token is missing; the container needs the service account token volume/);
});

describe('a refusal says who refused', () => {
  test.each([
    ['an admission policy refuses PUT /x:', 'policy', 403, "x is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"],
    ['RBAC does not allow PUT /x:', 'rbac', 403, 'nodes "a" is forbidden: User "system:serviceaccount:s:a" cannot patch resource "nodes" in API group "" at the cluster scope'],
    ['admission refuses PUT /x:', 'admission', 403, 'nodes "a" is forbidden: is not allowed to modify labels'],
    ['somebody else was faster with PUT /x:', undefined, 409, 'the object has been modified'],
    ['the API server does not accept the token for PUT /x:', undefined, 401, 'Unauthorized'],
    ['the API server answered 422 to PUT /x:', undefined, 422, 'invalid'],
  ])('%s', async (text, deniedBy, status, message) => {
    answers = [refusal(status, message)];
    const error = await client().replace('/x', NODE).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KubeError);
    expect(error).toMatchObject({ message: `${text} ${message}`, deniedBy, status });
    expect(isConflict(error)).toBe(status === 409);
    expect(requests).toHaveLength(1);
  });

  test('an object that is not there is no failure to reach it', async () => {
    answers = [refusal(404, 'nodes "a" not found')];
    expect(isNotFound(await client().get('/x').catch((reason: unknown) => reason))).toBe(true);
  });
});

test('finds the API server as every Pod does', () => {
  expect(inClusterConnection({ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' })).toEqual({
    host: 'fd00::1',
    port: 443,
    tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    caFile: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
  });
  expect(() => inClusterConnection({})).toThrow('only from inside a Pod');
});
