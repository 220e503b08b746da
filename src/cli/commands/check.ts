import { fieldText } from '../../lineup/field-path';
import { checkLineUp, type LineUpResult } from '../../lineup/line-up';
import type { Manifest } from '../../lineup/manifest';
import { RULE_IDS } from '../../lineup/rules';
import type { CheckReport, ReportedFinding } from '../check-report';
import type { CheckSettings } from '../check-settings';
import { ignoredFor } from '../ignored-findings';
import { InputError, NothingToCheck } from '../input/input-error';
import { STANDARD_INPUT, type ManifestReader } from '../input/manifest-reader';

/** @throws InputError if there is nothing that can be judged */
export function check(reader: ManifestReader, settings: CheckSettings): CheckReport {
  const unknown = settings.ignore.find(({ rule }) => !RULE_IDS.includes(rule));
  if (unknown) {
    throw new InputError(`there is no rule "${unknown.rule}" to ignore; the rules are ${RULE_IDS.join(', ')}`);
  }
  const { findings, chains } = lineUp(reader, settings);
  const used = new Set(findings.map((finding) => ignoredFor(finding, settings.ignore)));
  const reported = findings
    .filter(({ severity }) => settings.severity === 'warning' || severity === 'error')
    .map((finding): ReportedFinding => {
      const { rule, severity, object, manifest, field, message } = finding;
      const place = reader.placeOf(manifest, field);
      const ignored = ignoredFor(finding, settings.ignore)?.reason;
      return {
        rule,
        severity,
        object,
        message,
        ...(field ? { field: fieldText(field) } : {}),
        ...(place ? { place } : {}),
        ...(ignored === undefined ? {} : { ignored }),
      };
    });
  return {
    findings: reported.sort((one, other) => Number(one.severity === 'warning') - Number(other.severity === 'warning')),
    unread: reader.unread,
    unusedIgnores: settings.ignore.filter((ignore) => !used.has(ignore)),
    chains,
    objects: reader.objects,
    files: reader.files,
  };
}

/** Looks at the manifests while they are read. */
export interface Onlooker {
  watch(manifests: Iterable<Manifest>): Iterable<Manifest>;
}

/** The line-up of all that is read. */
export function lineUp(reader: ManifestReader, { external, handlers }: Pick<CheckSettings, 'external' | 'handlers'>, onlooker?: Onlooker): LineUpResult {
  const manifests = reader.manifests();
  const result = checkLineUp(onlooker ? onlooker.watch(manifests) : manifests, { externalRuntimeClasses: external, externalHandlers: handlers });
  if (!reader.objects && !reader.unread.length) {
    throw new NothingToCheck(`there is no Kubernetes object in ${reader.description}; ${reader.description === STANDARD_INPUT
      ? 'pipe into it what helm template, kustomize build or kubectl get -o json print'
      : 'name files or folders with .yaml, .yml or .json, for example the folder that cdk8s synth writes (dist)'}`);
  }
  return result;
}
