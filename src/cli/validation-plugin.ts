import { counted, type CheckReport } from './check-report';
import { readSettings, SETTINGS_FILE, settingsIn, type CheckSettings } from './check-settings';
import { check } from './commands/check';
import { ruleGuide } from './explain/rule-guides';
import { unusedText } from './ignored-findings';
import { InputError, NothingToCheck } from './input/input-error';
import { ManifestReader, type Place } from './input/manifest-reader';

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

/** The check as a validation plug-in of cdk8s-cli: over all that was synthesized, also by other libraries. */
export class LineUpCheck {
  /** @param properties of cdk8s.yaml: what the settings file may have, which holds as well */
  constructor(private readonly properties: unknown = {}) {}

  public async validate(context: ValidationContext): Promise<void> {
    try {
      this.tell(check(new ManifestReader(context.manifests, () => ''), this.settings()), context);
    } catch (error) {
      if (!(error instanceof InputError)) {
        throw error;
      }
      // An app may be empty yet; everything else is a mistake in the settings, which belongs into the report.
      if (!(error instanceof NothingToCheck)) {
        context.report.addViolation({
          ruleName: 'settings',
          recommendation: 'what is set is not guessed',
          fix: error.message,
          violatingResources: [{ resourceName: 'cdk8s.yaml', locations: [SETTINGS_FILE], manifestPath: 'cdk8s.yaml' }],
        });
      }
      context.report.submit(error instanceof NothingToCheck ? 'success' : 'failure');
    }
  }

  private settings(): CheckSettings {
    const file = readSettings(undefined);
    const own = settingsIn('properties in cdk8s.yaml', this.properties);
    return {
      external: [...file.external ?? [], ...own.external ?? []],
      handlers: [...file.handlers ?? [], ...own.handlers ?? []],
      severity: own.severity ?? file.severity ?? 'warning',
      ignore: [...file.ignore ?? [], ...own.ignore ?? []],
    };
  }

  private tell(result: CheckReport, { report, logger }: ValidationContext): void {
    const findings = counted(result);
    const errors = findings.filter(({ severity }) => severity === 'error');
    for (const { rule, object, place, message } of errors) {
      report.addViolation({
        ruleName: rule,
        recommendation: ruleGuide(rule).why,
        fix: message,
        violatingResources: [{
          resourceName: object.slice(object.lastIndexOf(' ') + 1).split('/').at(-1)!,
          locations: [place ? placeInFile(place) : object],
          manifestPath: place?.file ?? '',
        }],
      });
    }
    for (const { rule, object, message } of findings.filter(({ severity }) => severity === 'warning')) {
      logger.log(`warning: ${rule}: ${object}: ${message}`);
    }
    for (const ignore of result.unusedIgnores) {
      logger.log(`warning: ${unusedText(ignore)}`);
    }
    for (const { message, ...place } of result.unread) {
      report.addViolation({
        ruleName: 'unreadable',
        recommendation: 'what cannot be read is not judged',
        fix: message,
        violatingResources: [{ resourceName: place.file, locations: [placeInFile(place)], manifestPath: place.file }],
      });
    }
    report.submit(errors.length || result.unread.length ? 'failure' : 'success');
  }
}

function placeInFile({ line, column }: Place): string {
  return `line ${line}${column === undefined ? '' : `, column ${column}`}`;
}
