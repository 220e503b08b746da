import { pathToFileURL } from 'node:url';
import type { CheckReport, ReportedFinding } from '../check-report';
import { ruleGuide } from '../explain/rule-guides';
import { STANDARD_INPUT, type Place } from '../input/manifest-reader';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const UNREADABLE = 'unreadable';

/**
 * For code scanning: SARIF 2.1.0.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarif({ findings, unread }: CheckReport, version: string, homepage: string): string {
  const results = [
    ...findings.map(result),
    ...unread.map(({ file, line, column, message }) => ({
      ruleId: UNREADABLE, level: 'error', message: { text: message }, locations: locations({ file, line, column }),
    })),
  ];
  const rules = [...new Set(results.map(({ ruleId }) => ruleId))].sort();
  return log({
    tool: { driver: { ...driver(version, homepage), rules: rules.map(descriptor) } },
    results: results.map(({ ruleId, ...rest }) => ({ ruleId, ruleIndex: rules.indexOf(ruleId), ...rest })),
    columnKind: 'utf16CodeUnits',
  });
}

/** Nothing could be judged. An empty list of results would say that all is well; none at all says that there was no run over them. */
export function failedSarif(message: string, version: string, homepage: string): string {
  return log({
    tool: { driver: driver(version, homepage) },
    invocations: [{ executionSuccessful: false, toolExecutionNotifications: [{ level: 'error', message: { text: message } }] }],
  });
}

function log(run: object): string {
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, undefined, 2)}\n`;
}

function driver(version: string, homepage: string) {
  return { name: 'cdk8s-sandbox-runtimes', version, informationUri: homepage };
}

function descriptor(id: string) {
  if (id === UNREADABLE) {
    return { id, shortDescription: { text: 'A file that cannot be read.' } };
  }
  const { link, why, look } = ruleGuide(id);
  return { id, shortDescription: { text: link }, fullDescription: { text: why }, help: { text: [why, ...look].join('\n') } };
}

function result({ rule, severity, object, place, message, ignored }: ReportedFinding) {
  return {
    ruleId: rule,
    level: severity,
    message: { text: `${object}: ${message}` },
    locations: locations(place, object),
    // The same finding in the next run, wherever its lines have moved.
    partialFingerprints: { 'ruleAndObject/v1': `${rule}:${object}` },
    ...(ignored === undefined ? {} : { suppressions: [{ kind: 'external', justification: ignored }] }),
  };
}

function locations(place: Place | undefined, object?: string) {
  const region = { startLine: place?.line, ...(place?.column === undefined ? {} : { startColumn: place.column }) };
  return [{
    ...(place && place.file !== STANDARD_INPUT ? { physicalLocation: { artifactLocation: { uri: uri(place.file) }, region } } : {}),
    ...(object === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: object, kind: 'resource' }] }),
  }];
}

/** Relative to the folder of the run, where possible: that is how code scanning finds the file. */
function uri(file: string): string {
  const base = pathToFileURL(`${process.cwd()}/`).href;
  const { href } = pathToFileURL(file);
  return href.startsWith(base) ? href.slice(base.length) : href;
}
