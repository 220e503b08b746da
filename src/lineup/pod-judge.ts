import { isRecord } from './manifest';
import type { Look, Place, PodFacts, PodRule, Verdict } from './pod-rule';
import { POD_RULES } from './pod-rules';
import type { SandboxFacts } from './sandbox-facts';

/** A rule that a Pod breaks. */
export interface Breach {
  readonly rule: PodRule;
  readonly verdict: Verdict;
  /** What was given, with the container or volume that it was given in. */
  readonly given: readonly string[];
}

interface ActiveLook {
  readonly look: Look;
  readonly rule: PodRule;
  readonly verdict: Verdict;
}

type ByKey = { [key: string]: ActiveLook[] | undefined };
type Found = Map<PodRule, { rule: PodRule; verdict: Verdict; given: string[] }>;

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

  public judge(pod: PodFacts): Iterable<Breach> {
    const { spec } = pod;
    const found: Found = new Map();
    this.atKeys(this.looks.pod, spec, pod, found, '');
    this.atKeys(this.looks.podSecurity, spec.securityContext, pod, found, '');
    for (const list of CONTAINERS) {
      for (const container of listOf(spec[list])) {
        this.container(container, pod, found);
      }
    }
    this.extendedResources(spec.resources, pod, found, '');
    for (const volume of listOf(spec.volumes)) {
      this.atKeys(this.looks.volume, volume, pod, found, `volume "${volume.name}": `);
    }
    for (const name in pod.annotations) {
      this.named(this.annotations, name, pod, found, '');
    }
    return found.values();
  }

  private container(container: any, pod: PodFacts, found: Found): void {
    const where = `container "${container.name}": `;
    this.atKeys(this.looks.container, container, pod, found, where);
    this.atKeys(this.looks.security, container.securityContext, pod, found, where);
    for (const mount of listOf(container.volumeMounts)) {
      this.atKeys(this.looks.mount, mount, pod, found, where);
    }
    this.extendedResources(container.resources, pod, found, where);
  }

  private atKeys(looks: ByKey, value: any, pod: PodFacts, found: Found, where: string): void {
    if (!isRecord(value)) {
      return;
    }
    for (const key in value) {
      const asked = looks[key];
      if (asked && value[key] !== null && value[key] !== undefined) {
        for (const one of asked) {
          this.note(one, value[key], pod, found, where);
        }
      }
    }
  }

  /** Extended resources have a domain; processors and memory have none. */
  private extendedResources(resources: any, pod: PodFacts, found: Found, where: string): void {
    const limits = resources?.limits;
    for (const name in limits) {
      if (name.includes('/')) {
        this.named(this.resources, name, pod, found, where);
      }
    }
    for (const name in resources?.requests) {
      if (name.includes('/') && limits?.[name] === undefined) {
        this.named(this.resources, name, pod, found, where);
      }
    }
  }

  private named(looks: readonly ActiveLook[], name: string, pod: PodFacts, found: Found, where: string): void {
    for (const one of looks) {
      if (name.startsWith(one.look.key)) {
        this.note(one, name, pod, found, where);
      }
    }
  }

  private note({ look, rule, verdict }: ActiveLook, value: any, pod: PodFacts, found: Found, where: string): void {
    const given = look.given(value, pod, this.sandbox);
    if (given === undefined) {
      return;
    }
    const breach = found.get(rule);
    if (breach) {
      breach.given.push(where + given);
    } else {
      found.set(rule, { rule, verdict, given: [where + given] });
    }
  }
}

function listOf(value: unknown): any[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
