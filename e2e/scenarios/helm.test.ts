import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart, Helm } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { SandboxRuntime } from '../../src';
import { helm } from '../toolchain/helm';

/** A chart as many are: it renders an empty class where none is set, and has no value for it. */
const CHART = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'values.yaml': 'image: nginx\n',
  'templates/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      runtimeClassName: {{ .Values.runtimeClassName | default "" | quote }}
      containers:
        - name: web
          image: {{ .Values.image }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-migrate
  annotations: { helm.sh/hook: pre-install }
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: migrate, image: {{ .Values.image }} }]
`,
};

let folder: string;
let program: string;

beforeAll(async () => {
  program = await helm();
  folder = mkdtempSync(join(tmpdir(), 'helm-'));
  mkdirSync(join(folder, 'templates'));
  for (const [path, text] of Object.entries(CHART)) writeFileSync(join(folder, path), text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a chart that cannot set runtimeClassName runs in the sandbox, its hooks included', () => {
  const app = new App();
  const chart = new Chart(app, 'team');
  SandboxRuntime.fromRuntimeClassName(chart, 'gvisor', 'gvisor').sandbox(new Helm(chart, 'web', { chart: folder, helmExecutable: program, releaseName: 'shop' }));

  const objects = parseAllDocuments(app.synthYaml()).map((document) => document.toJS());

  expect(objects.map(({ kind, metadata, spec }) => [kind, metadata.name, spec.template.spec.runtimeClassName]).sort()).toEqual([
    ['Deployment', 'shop-web', 'gvisor'], ['Job', 'shop-migrate', 'gvisor'],
  ]);
});
