import { fenceManifests } from '../../installer/fence';
import type { InstallPlan } from '../../installer/install-plan';
import type { Installer } from '../installer';
import type { LineUpIndex, ReferenceKind } from '../line-up-index';
import { isLive } from '../live-cluster';
import { describe, isRecord, type Manifest } from '../manifest';
import type { Rule } from '../rule';

/**
 * Gate -> API server: the service account, its roles, the slots and the policies are those that this plan needs.
 *
 * They are compared with what the library writes for the plan. What is there beyond it (defaults that the API server
 * fills in, additions of one's own) is not judged, but nothing that the fence says may be missing or read differently.
 */
export const fence: Rule = {
  id: 'fence',
  *check(index) {
    for (const installer of index.installers) {
      const { daemonSet: object, name, plan, pod } = installer;
      if (plan?.gate && pod.serviceAccountName === undefined) {
        yield { object, message: 'the plan has a gate, but the Pods have no serviceAccountName; name the service account that the policies fence' };
      } else if (plan?.gate) {
        yield* compared(index, installer, plan, plan.gate, pod.serviceAccountName!);
      } else if (plan && pod.containers.some(({ name: container }) => container === 'claim')) {
        yield { object, message: `${name} has a container claim, but its plan has no gate; a token without a fence is not used` };
      }
    }
  },
};

function* compared(index: LineUpIndex, { daemonSet, name, namespace }: Installer, plan: InstallPlan, gate: NonNullable<InstallPlan['gate']>, serviceAccount: string) {
  let expectedManifests: readonly Manifest[];
  try {
    expectedManifests = fenceManifests({
      name: name.slice(namespace.length + 1),
      clusterName: name.replace('/', '.'),
      namespace,
      serviceAccount,
      handlers: plan.runtimes.map(({ handler }) => handler).sort(),
      slots: gate.slots,
      nodeLeasePrefix: gate.nodeLeasePrefix,
      startupTaint: gate.startupTaint,
    });
  } catch (error) {
    yield { object: daemonSet, message: (error as Error).message };
    return;
  }
  for (const expected of expectedManifests) {
    const { kind, metadata } = expected as { kind: ReferenceKind; metadata: { name: string; namespace?: string } };
    const [given] = index.find(kind, metadata.name, metadata.namespace);
    if (!given && isLive(daemonSet) && index.all(kind).next().done) {
      // Read from a cluster, and kubectl was not asked for any object of this kind: that says nothing about them.
      continue;
    }
    if (!given) {
      yield { object: daemonSet, message: `there is no ${describe(expected)}, which the gate of ${name} needs; add it, or correct its name` };
      continue;
    }
    const { metadata: _metadata, ...body } = expected;
    const difference = missing(body, given, '');
    if (difference) {
      yield { object: given, message: `${difference}; it has to agree with the plan of ${name}, so synthesize both again` };
    }
  }
}

/** What makes a policy or its binding look at fewer requests, and is not there unless we write it. */
const NARROWING = ['excludeResourceRules', 'matchResources', 'namespaceSelector', 'objectSelector'];

/** As the API server fills it in, or absent. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** Where the expected value is not part of the given one; undefined if it is. */
function missing(expected: unknown, given: unknown, path: string): string | undefined {
  if (Array.isArray(expected)) {
    const list = Array.isArray(given) ? given : [];
    // A further condition would narrow the fence, and a further name of a rule widens it; both change its meaning.
    const exact = path.endsWith('.matchConditions') || expected.every((element) => typeof element === 'string');
    if (exact && list.length !== expected.length) {
      return `${path.slice(1)} has ${list.length} entries where ${expected.length} belong`;
    }
    for (const [position, element] of expected.entries()) {
      // Looked for at its own place first: it is nearly always there.
      const difference = missing(element, list[position], `${path}[${position}]`);
      if (difference && !list.some((candidate) => missing(element, candidate, '') === undefined)) {
        return difference;
      }
    }
    return undefined;
  }
  if (isRecord(expected)) {
    const narrowed = isRecord(given) ? NARROWING.find((key) => !(key in expected) && !isEmpty(given[key])) : undefined;
    if (narrowed !== undefined || (isEmpty(expected) && !isEmpty(given))) {
      return `${[path.slice(1), narrowed].filter(Boolean).join('.')} narrows what the fence looks at; take it out`;
    }
    for (const [key, value] of Object.entries(expected)) {
      // As the API server fills it in.
      if (key === 'scope' && value === '*' && isRecord(given) && given.scope === undefined) continue;
      const difference = missing(value, isRecord(given) ? given[key] : undefined, `${path}.${key}`);
      if (difference) {
        return difference;
      }
    }
    return undefined;
  }
  return expected === given ? undefined : `${path.slice(1)} is ${excerpt(given, expected)} where ${excerpt(expected, given)} belongs`;
}

/** A value, or the part of a long text around the first place where it differs from the other. */
function excerpt(value: unknown, other: unknown): string {
  if (typeof value !== 'string' || typeof other !== 'string' || value.length < 120) {
    return value === undefined ? 'absent' : JSON.stringify(value);
  }
  let first = 0;
  while (first < value.length && value[first] === other[first]) {
    first += 1;
  }
  const from = Math.max(0, first - 50);
  return JSON.stringify(`${from ? '...' : ''}${value.slice(from, first + 50)}${first + 50 < value.length ? '...' : ''}`);
}
