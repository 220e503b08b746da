import { Chart, Duration, Testing } from 'cdk8s';
import { AfterDeadline, DesiredState, GVisorRelease, GVisorRuntime, NodeInstaller, SandboxedPod } from '../../src';

// The agent's program is opaque here, and not built where only these tests run.
jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => '// the agent\n' }));

const IMAGE = 'docker.io/library/busybox:1.37';

function chart(desiredState?: DesiredState): Chart {
  const made = new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
  new NodeInstaller(made, 'installer', { desiredState });
  return made;
}

function synth(desiredState?: DesiredState): any[] {
  const made = chart(desiredState);
  new GVisorRuntime(made, 'gvisor', { release: GVisorRelease.V20261005_0 });
  return Testing.synth(made);
}

const plan = (objects: any[]) => JSON.parse(objects.find(({ kind, data }) => kind === 'ConfigMap' && data['plan.json']).data['plan.json']);

test('is to keep the runtimes on the nodes, unless told otherwise', () => {
  expect(plan(synth()).desiredState).toBe('PRESENT');
  expect(synth(DesiredState.PRESENT)).toEqual(synth());
});

test('ABSENT changes nothing but the plan and what has its hash, so that the same Pods take back what they brought', () => {
  const [present, absent] = [synth(), synth(DesiredState.ABSENT)];
  expect(plan(absent)).toEqual({ ...plan(present), desiredState: 'ABSENT' });
  const changed = absent.filter((object, i) => JSON.stringify(object) !== JSON.stringify(present[i])).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(changed).toEqual(['ConfigMap sandbox-installer-plan', 'DaemonSet sandbox-installer']);
  expect(absent.map(({ kind }) => kind)).toContain('RuntimeClass');
});

test('ABSENT is accepted of an installer that has no runtime any more', () => {
  expect(plan(Testing.synth(chart(DesiredState.ABSENT)))).toMatchObject({ desiredState: 'ABSENT', runtimes: [] });
});

describe('absent() with a deadline', () => {
  const deadline = (state: DesiredState) => plan(Testing.synth(chart(state))).deadline;

  test('fails after it, unless told to take everything back all the same', () => {
    expect(deadline(DesiredState.absent({ deadline: Duration.hours(1) }))).toEqual({ seconds: 3600, then: 'FAIL' });
    expect(deadline(DesiredState.absent({ deadline: Duration.seconds(0), afterDeadline: AfterDeadline.FORCE }))).toEqual({ seconds: 0, then: 'FORCE' });
  });

  test('is ABSENT without one', () => {
    expect(DesiredState.absent()).toBe(DesiredState.ABSENT);
    expect(deadline(DesiredState.ABSENT)).toBeUndefined();
  });

  test('has to have one where it says what happens after it', () => {
    expect(() => DesiredState.absent({ afterDeadline: AfterDeadline.FORCE })).toThrow(
      'afterDeadline is FORCE and there is no deadline; give one, such as Duration.hours(1) or, not to wait at all, Duration.seconds(0)');
  });

  test('is in whole seconds', () => {
    expect(() => DesiredState.absent({ deadline: Duration.millis(1500) })).toThrow(/1500 millis.* cannot be converted into a whole number of seconds/i);
  });
});

test('ABSENT is refused while a Pod of the app uses the runtime', () => {
  const made = chart(DesiredState.ABSENT);
  const runtime = new GVisorRuntime(made, 'gvisor', { release: GVisorRelease.V20261005_0 });
  new SandboxedPod(made, 'web', { runtime, containers: [{ name: 'web', image: IMAGE }] });
  expect(() => Testing.synth(made)).toThrow(/its handler "runsc" is being taken off its nodes .*; leave this out, or set desiredState to PRESENT/);
});
