import { counted } from './check-report';
import { readSettings } from './check-settings';
import { check } from './commands/check';
import { ruleGuide } from './explain/rule-guides';
import { ManifestReader } from './input/manifest-reader';

/** What cdk8s-cli gives a plug-in, as far as it is used here. */
interface ValidationContext {
  readonly manifests: readonly string[];
  readonly report: {
    addViolation(violation: Violation): void;
    submit(status: 'success' | 'failure', metadata?: { readonly [key: string]: string }): void;
  };
  readonly logger: { log(message: string): void };
}

interface Violation {
  readonly ruleName: string;
  readonly recommendation: string;
  readonly fix: string;
  readonly violatingResources: ReadonlyArray<{ readonly resourceName: string; readonly locations: readonly string[]; readonly manifestPath: string }>;
}

/** `properties` in cdk8s.yaml; the settings file of the folder holds as well. */
export interface LineUpCheckProperties {
  /** RuntimeClasses that somebody else owns. */
  readonly external?: readonly string[];
  /** Handlers that nodes have from elsewhere. */
  readonly handlers?: readonly string[];
}

/** The check as a validation plug-in of cdk8s-cli: over all that was synthesized, also by other libraries. */
export class LineUpCheck {
  constructor(private readonly properties: LineUpCheckProperties = {}) {}

  public async validate({ manifests, report, logger }: ValidationContext): Promise<void> {
    const settings = readSettings(undefined);
    const reader = new ManifestReader(manifests, () => '');
    const result = check(reader, {
      external: [...settings.external ?? [], ...this.properties.external ?? []],
      handlers: [...settings.handlers ?? [], ...this.properties.handlers ?? []],
      severity: settings.severity ?? 'warning',
      ignore: settings.ignore ?? [],
    });
    const findings = counted(result);
    const errors = findings.filter(({ severity }) => severity === 'error');
    for (const { rule, object, place, message } of errors) {
      report.addViolation({
        ruleName: rule,
        recommendation: ruleGuide(rule).why,
        fix: message,
        violatingResources: [{
          resourceName: object.slice(object.lastIndexOf(' ') + 1).split('/').at(-1)!,
          locations: [place ? `line ${place.line}` : object],
          manifestPath: place?.file ?? '',
        }],
      });
    }
    for (const { rule, object, message } of findings.filter(({ severity }) => severity === 'warning')) {
      logger.log(`warning: ${rule}: ${object}: ${message}`);
    }
    for (const { file, line, message } of result.unread) {
      report.addViolation({
        ruleName: 'unreadable',
        recommendation: 'what cannot be read is not judged',
        fix: message,
        violatingResources: [{ resourceName: file, locations: [`line ${line}`], manifestPath: file }],
      });
    }
    report.submit(errors.length || result.unread.length ? 'failure' : 'success');
  }
}
