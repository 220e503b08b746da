import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { counted, type CheckReport } from './check-report';
import { readSettings, severityOf, SETTINGS_FILE, type CheckSettings } from './check-settings';
import { check, lineUp } from './commands/check';
import { upgradeDiff, WorkloadNames } from './commands/diff';
import { explain, explanationText, ruleList } from './commands/explain';
import { ImageCollector } from './commands/images';
import { installerTexts, platformOnly, rendered } from './commands/render';
import { PodWatch, statuses, waitingText } from './commands/status';
import { columns, diffText } from './format/columns';
import { excerpt } from './format/excerpt';
import { failedJson, json } from './format/json';
import { failedMarkdown, markdown, markdownTable } from './format/markdown';
import { painter } from './format/paint';
import { failedSarif, sarif } from './format/sarif';
import { table } from './format/table';
import { parseIgnore, unusedText, type IgnoreRule } from './ignored-findings';
import { InputError, NothingToCheck } from './input/input-error';
import { ManifestReader, type UnreadText } from './input/manifest-reader';
import type { CommandResult, Surroundings } from './surroundings';
import { LIVE_COMMAND } from '../lineup/live-cluster';
import { mermaid } from '../lineup/report/mermaid';
import { svg } from '../lineup/report/svg';

const NAME = 'cdk8s-sandbox-runtimes';
const SUMMARY = `Checks that everything lines up, from the Pod to the node:
Pod -> RuntimeClass -> handler -> runtime table -> shim -> configuration file -> node label.

It reads only manifests: synthesized or hand-written YAML, what Helm or Kustomize render, or what
kubectl get -o json prints.`;

const PATHS = 'files, folders (with what is below them), patterns, or - for standard input';
const EXIT_STATUS = `
Exit status: 0 if everything lines up (there may be warnings), 1 if there are errors,
2 if the command line is wrong or something could not be read.`;

interface ReadOptions {
  readonly external: readonly string[];
  readonly handler: readonly string[];
  readonly config?: string;
}

interface CheckOptions extends ReadOptions {
  readonly severity?: string;
  readonly ignore: readonly IgnoreRule[];
}

/** Runs the command and says what it prints; never throws for what a user did. */
export function runCommandLine(args: readonly string[], surroundings: Surroundings): CommandResult {
  const run = new CommandRun(surroundings);
  try {
    run.program().parse([...args], { from: 'user' });
    return run.result();
  } catch (error) {
    if (error instanceof CommanderError) {
      return run.result(error.exitCode ? 2 : 0);
    }
    if (isUsersError(error)) {
      const { output, complaint } = run.result();
      return { status: 2, output, complaint: `${complaint}${NAME}: ${error.message}\n` };
    }
    throw error;
  }
}

/** One run: what it is about to print. */
class CommandRun {
  private output = '';
  private complaint = '';
  private status: CommandResult['status'] = 0;

  constructor(private readonly surroundings: Surroundings) {}

  public result(status = this.status): CommandResult {
    return { status, output: this.output, complaint: this.complaint };
  }

  public program(): Command {
    const program = new Command(NAME).description(SUMMARY).version(version(), '--version', 'print the version')
      .helpOption('-h, --help', 'print this text').addHelpText('after', EXAMPLES + EXIT_STATUS);
    this.reading(program.command('check'), 'say what does not line up')
      .addOption(formats('table', 'json', 'sarif', 'markdown'))
      .addOption(new Option('--severity <level>', 'lowest severity that is reported: error or warning (default: warning)'))
      .addOption(new Option('--ignore <rule[@object]: reason>', 'a finding to live with, and why').argParser(append(parseIgnore)).default([], 'none'))
      .addHelpText('after', CHECK_EXAMPLES + EXIT_STATUS)
      .action((paths: string[], options: CheckOptions & { format: string }) => this.check(paths, options));
    this.reading(program.command('graph'), 'draw the chains')
      .addOption(formats('mermaid', 'svg'))
      .option('--title <text>', 'title of the picture', 'Sandbox line-up')
      .addHelpText('after', GRAPH_EXAMPLES)
      .action((paths: string[], options: ReadOptions & { format: string; title: string }) => this.graph(paths, options));
    program.command('explain').description('say what a rule, or the text of an event, is about and where to look')
      .argument('[text...]', 'a rule, a finding, or what "kubectl describe pod" shows; left out: all rules are listed').addOption(formats('table', 'json'))
      .addHelpText('after', EXPLAIN_EXAMPLES)
      .action((words: string[], { format }: { format: string }) => {
        if (!words.length) {
          const rules = ruleList();
          this.print(format === 'json' ? pretty(rules) : `${columns(['rule', 'link'], rules.map(({ rule, link }) => [rule, link]))}\n`);
          return;
        }
        const explanations = explain(words.join(' '));
        this.print(format === 'json' ? pretty(explanations) : explanationText(explanations));
      });
    this.reading(program.command('images'), 'list images with digests and archives with checksums, for clusters without a network')
      .addOption(formats('table', 'json', 'markdown')).addHelpText('after', IMAGES_EXAMPLES)
      .action((paths: string[], options: ReadOptions & { format: string }) => this.images(paths, options));
    this.reading(program.command('status'), 'say for each node and handler of a live cluster how far it is')
      .addOption(formats('table', 'json', 'markdown')).addHelpText('after', STATUS_EXAMPLES)
      .action((paths: string[], options: ReadOptions & { format: string }) => this.clusterStatus(paths, options));
    program.command('diff').description('say what an upgrade does on nodes: files, restarts, Pods')
      .argument('<old>', PATHS).argument('<new>', PATHS).addOption(formats('table', 'json')).addHelpText('after', DIFF_EXAMPLES)
      .action((old: string, now: string, { format }: { format: string }) => this.diff(old, now, format));
    this.reading(program.command('render'), 'print what nodes have to be told outside of the cluster: user data, machine configuration, node pools', '[paths...]')
      .option('--platform <name>', 'a platform that nothing need be installed on')
      .addHelpText('after', RENDER_EXAMPLES)
      .action((paths: string[], options: ReadOptions & { platform?: string }) => this.render(paths, options));
    for (const command of [program, ...program.commands]) {
      command.exitOverride().configureOutput({
        writeOut: (text) => (this.output += text),
        writeErr: (text) => (this.complaint += text),
        outputError: (text, write) => write(`${NAME}: ${text.replace(/^error: /, '')}Try ${NAME} --help.\n`),
        getOutHelpWidth: () => 100,
        getOutHasColors: () => false,
        getErrHasColors: () => false,
      }).showSuggestionAfterError();
    }
    // Without a command there is nothing to do, which is a mistake and no request for help.
    return program.helpCommand(true).allowExcessArguments().action(() => {
      const [given] = program.args;
      const commands = program.commands.map((command) => command.name()).join(', ');
      program.error(`there is no command${given === undefined ? '' : ` "${given}"`}; the commands are ${commands}`);
    });
  }

  private reading(command: Command, description: string, paths = '<paths...>'): Command {
    return command.description(description).argument(paths, PATHS)
      .addOption(new Option('--external <class>', 'a RuntimeClass that somebody else owns; neither it nor its absence is judged').argParser(append(String)).default([], 'none'))
      .addOption(new Option('--handler <name>', 'a handler that nodes have from elsewhere').argParser(append(String)).default([], 'none'))
      .option('--config <file>', `settings (default: ${SETTINGS_FILE}, if it is there)`);
  }

  private check(paths: readonly string[], options: CheckOptions & { format: string }): void {
    const report = this.checked(paths, options);
    this.print(this.formatted(report, options.format));
    this.complaint += report.unusedIgnores.map((ignore) => `${NAME}: ${unusedText(ignore)}\n`).join('');
    this.status = report.unread.length ? 2 : counted(report).some(({ severity }) => severity === 'error') ? 1 : 0;
  }

  /** Whoever reads the output learns there, too, that nothing could be judged. */
  private checked(paths: readonly string[], options: CheckOptions & { format: string }): CheckReport {
    const reader = this.reader(paths);
    try {
      const report = check(reader, settingsOf(options));
      if (!report.chains.some(({ pods }) => pods.length)) {
        this.tellKustomization(reader);
      }
      return report;
    } catch (error) {
      if (error instanceof NothingToCheck) {
        this.tellKustomization(reader);
      }
      if (isUsersError(error)) {
        this.print(failed(error.message, options.format));
      }
      throw error;
    }
  }

  private tellKustomization({ kustomizations: [first, ...others] }: ManifestReader): void {
    if (first !== undefined) {
      this.complaint += `${NAME}: no Pod here names a RuntimeClass, and ${first}${others.length ? ` (and ${others.length} more)` : ''} may patch one in; `
        + `check what it renders: kustomize build ${dirname(first)} | ${NAME} check -\n`;
    }
  }

  private formatted(report: CheckReport, format: string): string {
    switch (format) {
      case 'json': return json(report);
      case 'sarif': return sarif(report, version(), homepage());
      case 'markdown': return markdown(report);
      default: return table(report, painter(this.surroundings.colors));
    }
  }

  private graph(paths: readonly string[], options: ReadOptions & { format: string; title: string }): void {
    const report = check(this.reader(paths), { ...settingsOf(options), ignore: [] });
    const broken = new Set(counted(report).filter(({ severity }) => severity === 'error').map(({ object }) => object));
    const subtitle = `${report.chains.length} chain${report.chains.length === 1 ? '' : 's'} from ${report.objects} objects, `
      + (broken.size ? `${broken.size} object${broken.size === 1 ? '' : 's'} with errors (!)` : 'everything lines up');
    this.print(options.format === 'svg' ? svg(report.chains, { title: options.title, subtitle, broken }) : mermaid(report.chains));
    this.tellUnread(report.unread);
  }

  private images(paths: readonly string[], options: ReadOptions & { format: string }): void {
    const reader = this.reader(paths);
    const collector = new ImageCollector();
    const { images, artifacts } = collector.list(lineUp(reader, settingsOf(options), collector).index);
    const imageRows = images.map(({ image, digest, usedBy }) => [image.replace(/@sha256:.*$/, ''), digest ?? 'no digest: whoever moves the tag moves what runs', usedBy.join(', ')]);
    const artifactRows = artifacts.map(({ url, architecture, checksum, handlers }) => [url, architecture, checksum, handlers.join(', ')]);
    const [imageHead, artifactHead] = [['image', 'digest', 'used by'], ['archive', 'architecture', 'checksum', 'handlers']];
    this.print(options.format === 'json' ? pretty({ images, artifacts })
      : options.format === 'markdown' ? `${markdownTable(imageHead, imageRows)}\n\n${markdownTable(artifactHead, artifactRows)}\n`
        : `${columns(imageHead, imageRows)}\n\n${columns(artifactHead, artifactRows)}\n`);
    this.tellUnread(reader.unread);
  }

  private render(paths: readonly string[], options: ReadOptions & { platform?: string }): void {
    if (options.platform !== undefined) return this.print(rendered(platformOnly(options.platform)));
    if (!paths.length) throw new InputError('render needs what was synthesized (render dist/) or a platform (render --platform talos)');
    const reader = this.reader(paths);
    const { installers } = lineUp(reader, settingsOf(options)).index;
    if (!installers.length) throw new InputError(`there is no installer in ${reader.description}; give what cdk8s synth wrote, or name a platform (--platform talos)`);
    const texts = installerTexts(installers);
    this.print(texts.length ? rendered(texts) : 'the nodes of these installers need to be told nothing outside of the cluster\n');
    this.tellUnread(reader.unread);
  }

  private clusterStatus(paths: readonly string[], options: ReadOptions & { format: string }): void {
    const reader = this.reader(paths);
    const pods = new PodWatch();
    const { index } = lineUp(reader, settingsOf(options), pods);
    if (!index.nodes.length) {
      this.tellUnread(reader.unread);
      throw new InputError(`there is no Node in ${reader.description}; give what "${LIVE_COMMAND}" prints`);
    }
    const rows = statuses(index, pods);
    const head = ['node', 'handler', 'state', 'served', 'Pods', 'reason'];
    const cells = rows.map(({ node, handler, state, served, pods: running, reason }) => (
      [node, handler, state, served === undefined ? 'not said' : served ? 'yes' : 'no', String(running), reason ?? '']
    ));
    const paint = painter(this.surroundings.colors);
    const states = rows.map(({ state }) => state);
    const isBroken = states.some((state) => state === 'failed' || state === 'unserved');
    const counts = ['ready', 'pending', 'failed', 'unserved', 'declared', 'served', 'used', 'unknown'].map((state) => [state, states.filter((one) => one === state).length] as const).filter(([, number]) => number);
    const last = [
      counts.map(([state, number]) => `${number} ${state}`).join(', ') || 'no handler on any node',
      ...waitingText(pods.waiting),
    ].join('\n');
    this.print(options.format === 'json' ? pretty({ handlers: rows, waiting: pods.waiting })
      : options.format === 'markdown' ? `${markdownTable(head, cells)}\n\n${last}\n`
        : `${columns(head, cells)}\n\n${paint(last, isBroken ? 'red' : 'bold')}\n`);
    this.tellUnread(reader.unread);
    if (isBroken && !this.status) {
      this.status = 1;
    }
  }

  private diff(old: string, now: string, format: string): void {
    const readers = [this.reader([old]), this.reader([now])];
    const [before, after] = readers.map((reader) => {
      const names = new WorkloadNames();
      return { names, index: lineUp(reader, { external: [], handlers: [] }, names).index };
    });
    const changes = upgradeDiff(before, after);
    this.print(format === 'json' ? pretty(changes) : diffText(changes));
    this.tellUnread(readers.flatMap(({ unread }) => unread));
  }

  private reader(paths: readonly string[]): ManifestReader {
    return new ManifestReader(paths, this.surroundings.standardInput, this.surroundings.progress, (chart) => {
      this.complaint += `${NAME}: the templates of the Helm chart ${chart} are left out; check what it renders: helm template ${chart} | ${NAME} check -\n`;
    });
  }

  private print(text: string): void {
    this.output += text;
  }

  /** What was left out because it could not be read; `check` reports it among its findings. */
  private tellUnread(unread: readonly UnreadText[]): void {
    if (unread.length) {
      this.complaint += unread.map((text) => `${NAME}: ${excerpt(text)}\n`).join('');
      this.status = 2;
    }
  }
}

function failed(message: string, format: string): string {
  switch (format) {
    case 'json': return failedJson(message);
    case 'sarif': return failedSarif(message, version(), homepage());
    case 'markdown': return failedMarkdown(message);
    default: return '';
  }
}

/** Settings of the file, and the flags on top of them. */
function settingsOf(options: ReadOptions & Partial<CheckOptions>): CheckSettings {
  const file = readSettings(options.config);
  return {
    external: [...file.external ?? [], ...options.external],
    handlers: [...file.handlers ?? [], ...options.handler],
    severity: options.severity === undefined ? file.severity ?? 'warning' : severityOf('--severity', options.severity),
    ignore: [...file.ignore ?? [], ...options.ignore ?? []],
  };
}

function formats(usual: string, ...others: string[]): Option {
  return new Option('--format <format>', 'how it is printed').choices([usual, ...others]).default(usual);
}

function append<T>(read: (text: string) => T): (text: string, list: readonly T[]) => T[] {
  return (text, list) => [...list, read(text)];
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function version(): string {
  return packageJson().version;
}

function homepage(): string {
  return packageJson().repository.url.replace(/\.git$/, '');
}

function packageJson(): { version: string; repository: { url: string } } {
  return JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
}

/** Also a file that cannot be read: its system call and path are in the message. What Node.js throws is told by its members. */
function isUsersError(error: unknown): error is Error {
  return error instanceof InputError || (error as NodeJS.ErrnoException).syscall !== undefined;
}

const EXAMPLES = `
Examples:
  ${NAME} check dist
  helm template my-chart | ${NAME} check -
  ${NAME} graph --format svg dist > line-up.svg
  ${NAME} explain 'no runtime for "kata-qemu" is configured'
  ${LIVE_COMMAND} | ${NAME} status -

"${NAME} help <command>" prints the options of a command.
`;
const CHECK_EXAMPLES = `
Examples:
  ${NAME} check dist 'clusters/**/*.yaml'
  kustomize build overlays/prod | ${NAME} check --external nvidia -
  ${NAME} check --format sarif dist > line-up.sarif
  ${NAME} check --ignore 'kata-guest-size@Deployment team-a/*: sized by a webhook' dist
`;
const GRAPH_EXAMPLES = `
Examples:
  ${NAME} graph dist                           (Mermaid, for Markdown)
  ${NAME} graph --format svg dist > line-up.svg
`;
const EXPLAIN_EXAMPLES = `
Examples:
  ${NAME} explain handler-installed
  ${NAME} explain 'RuntimeHandler "runsc" not supported'
`;
const IMAGES_EXAMPLES = `
Examples:
  ${NAME} images dist
  ${NAME} images --format json dist | jq -r '.artifacts[].url'
`;
const STATUS_EXAMPLES = `
Example:
  ${LIVE_COMMAND} | ${NAME} status -

Exit status: 1 if a handler has failed on a node, or is labelled ready there and not served, 2 if something could not be read.
`;
const RENDER_EXAMPLES = `
Examples:
  ${NAME} render dist/
  ${NAME} render --platform talos
`;
const DIFF_EXAMPLES = `
Example:
  git show main:dist/sandbox.k8s.yaml > old.yaml && ${NAME} diff old.yaml dist/sandbox.k8s.yaml
`;
