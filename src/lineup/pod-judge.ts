import { isRecord } from './manifest';
import type { Look, Place, PodFacts, PodRule, Verdict } from './pod-rule';
import { POD_RULES } from './pod-rules';
import type { SandboxFacts } from './sandbox-facts';

/** A rule that a Pod breaks. */
export interface Breach {
  readonly rule: PodRule;
  readonly verdict: Verdict;
  /** What was given, with the container or volume that it was given in. */
  readonly given: string[];
  /** Where the first of it was given: the mapping of the Pod, and the key in it. */
  readonly holder: unknown;
  readonly key: string;
}

interface ActiveLook {
  readonly look: Look;
  readonly rule: PodRule;
  readonly verdict: Verdict;
}

type ByKey = { [key: string]: ActiveLook[] | undefined };
/** Shared by all Pods that break no rule. */
const NOTHING: readonly Breach[] = [];

const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** The verdict of a rule about a sandbox, undefined if it has nothing to say. */
export function verdictOf(rule: PodRule, sandbox: SandboxFacts): Verdict | undefined {
  return rule[sandbox.kind]?.find(({ when }) => !when || when.holds(sandbox));
}

/**
 * Judges the Pods of one sandbox. The rules are sorted by the keys that they look at, so that a Pod is walked once,
 * and what nobody asks about costs a look into a table.
 */
export class PodJudge {
  private readonly looks: { readonly [place in Place]: ByKey } = {
    pod: {}, podSecurity: {}, container: {}, security: {}, volume: {}, mount: {}, resource: {}, annotation: {},
  };
  private readonly resources: ActiveLook[];
  private readonly annotations: ActiveLook[];
  /** Of the Pod that is judged. */
  private found: readonly Breach[] = NOTHING;

  constructor(private readonly sandbox: SandboxFacts) {
    for (const places of Object.values(this.looks)) {
      Object.setPrototypeOf(places, null);
    }
    for (const rule of POD_RULES) {
      const verdict = verdictOf(rule, sandbox);
      for (const look of verdict ? rule.looks : []) {
        (this.looks[look.at][look.key] ??= []).push({ look, rule, verdict: verdict! });
      }
    }
    this.resources = Object.values(this.looks.resource).flatMap((looks) => looks ?? []);
    this.annotations = Object.values(this.looks.annotation).flatMap((looks) => looks ?? []);
  }

  public judge(pod: PodFacts): readonly Breach[] {
    const { spec } = pod;
    this.found = NOTHING;
    this.atKeys(this.looks.pod, spec, pod);
    this.atKeys(this.looks.podSecurity, spec.securityContext, pod);
    for (const list of CONTAINERS) {
      for (const container of listOf(spec[list])) {
        this.container(container, pod);
      }
    }
    this.extendedResources(spec.resources, pod);
    for (const volume of listOf(spec.volumes)) {
      this.atKeys(this.looks.volume, volume, pod, volume);
    }
    for (const name in pod.annotations) {
      this.named(this.annotations, name, pod, pod.annotations);
    }
    return this.found;
  }

  private container(container: any, pod: PodFacts): void {
    this.atKeys(this.looks.container, container, pod, container);
    this.atKeys(this.looks.security, container.securityContext, pod, container);
    for (const mount of listOf(container.volumeMounts)) {
      this.atKeys(this.looks.mount, mount, pod, container);
    }
    this.extendedResources(container.resources, pod, container);
  }

  /** @param owner the container or volume that the value belongs to */
  private atKeys(looks: ByKey, value: any, pod: PodFacts, owner?: any): void {
    if (!isRecord(value)) {
      return;
    }
    for (const key in value) {
      const asked = looks[key];
      if (asked && value[key] !== null && value[key] !== undefined) {
        for (const one of asked) {
          this.note(one, value[key], pod, value, key, owner);
        }
      }
    }
  }

  /** Extended resources have a domain; processors and memory have none. */
  private extendedResources(resources: any, pod: PodFacts, owner?: any): void {
    const limits = resources?.limits;
    for (const name in limits) {
      if (name.includes('/')) {
        this.named(this.resources, name, pod, limits, owner);
      }
    }
    for (const name in resources?.requests) {
      if (name.includes('/') && limits?.[name] === undefined) {
        this.named(this.resources, name, pod, resources.requests, owner);
      }
    }
  }

  private named(looks: readonly ActiveLook[], name: string, pod: PodFacts, holder: unknown, owner?: any): void {
    for (const one of looks) {
      if (name.startsWith(one.look.key)) {
        this.note(one, name, pod, holder, name, owner);
      }
    }
  }

  private note({ look, rule, verdict }: ActiveLook, value: any, pod: PodFacts, holder: unknown, key: string, owner?: any): void {
    const given = look.given(value, pod, this.sandbox);
    if (given === undefined) {
      return;
    }
    const text = owner === undefined ? given : `${look.at === 'volume' ? 'volume' : 'container'} "${owner.name}": ${given}`;
    const breach = this.found.find((one) => one.rule === rule);
    if (breach) {
      breach.given.push(text);
    } else {
      this.found = [...this.found, { rule, verdict, given: [text], holder, key }];
    }
  }
}

function listOf(value: unknown): readonly any[] {
  if (!Array.isArray(value)) {
    return [];
  }
  return value.every(isRecord) ? value : value.filter(isRecord);
}
