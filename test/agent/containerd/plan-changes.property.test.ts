import * as fc from 'fast-check';
import { applied, DROP_IN, host, install, MAIN, PATTERN, tables, takeBack, textOf } from './fixtures';
import { merged, parseToml, sameMeaning } from '../../../agent/containerd/toml';

/** Strings in every notation, with what could mislead somebody who looks for arrays, comments or markers. */
const string = fc.constantFrom(
  '"/x"', "'/y'", '"a \\" ] # b"', "'[plugins]'", '"""\nimports = ["/no"]\n[no]\n"""', "'''\n# BEGIN x\n''''", '"# END sandbox-runtimes"', '""',
);
const gap = fc.constantFrom('', ' ', '\t', '  ');
const comment = fc.constantFrom('', ' # note', ' # imports = ["/no"]', ' # ] } "');
const blank = fc.constantFrom('', '', '\n', '# note\n', '  # [no]\n');

const entry = fc.constantFrom('"/etc/containerd/x.d/*.toml"', "'y.d/*'", '"/etc/containerd/conf.d/*.toml"', '"conf.d/a*.toml"');
const imports = fc.oneof(
  fc.constant(undefined),
  fc.record({ key: fc.constantFrom('imports', '"imports"', "'imports'"), entries: fc.array(entry, { maxLength: 3 }), before: gap, after: gap, tail: fc.boolean() })
    .map(({ key, entries, before, after, tail }) => `${key}${before}=${after}[${before}${entries.join(`,${after}`)}${tail && entries.length ? ',' : ''}${after}]`),
  fc.record({ entries: fc.array(entry, { maxLength: 3 }), note: comment })
    .map(({ entries, note }) => `imports = [${note}\n${entries.map((it) => `  ${it},${note}\n`).join('')}]`),
);

const statement = fc.tuple(fc.constantFrom('root', 'state', '"temp"', 'x.y', 'oom_score'), gap, fc.oneof(string, fc.constantFrom('1', '[1, [2]]', '{ a = "]" }')));

/** A main file with version 2 tables: it means something to all containerd releases. */
const mainFile = fc.record({
  imports,
  importsFirst: fc.boolean(),
  statements: fc.uniqueArray(statement, { selector: ([key]) => key, maxLength: 3 }),
  runc: fc.boolean(),
  tables: fc.uniqueArray(fc.tuple(fc.constantFrom('grpc', 'debug', 'plugins."io.containerd.gc.v1.scheduler"'), gap, string), { selector: ([name]) => name, maxLength: 3 }),
  comment,
  blanks: fc.array(blank, { minLength: 8, maxLength: 8 }),
  crlf: fc.boolean(),
  open: fc.boolean(),
}).map((file) => {
  const root = ['version = 2', ...file.statements.map(([key, space, value]) => `${key}${space}=${space}${value}`)];
  if (file.imports) root.splice(file.importsFirst ? 0 : root.length, 0, file.imports);
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  const named: [string, string][] = file.tables.map(([name, space, value]) => [name, `${space}address = ${value}`]);
  if (file.runc) named.push([`${cri}.containerd.runtimes.runc]`.slice(0, -1), 'runtime_type = "io.containerd.runc.v2"']);
  const lines = [...root.map((line) => `${line}${file.comment}`), ...named.map(([name, body]) => `[${name}]${file.comment}\n${body}`)];
  const text = lines.map((line, index) => `${file.blanks[index % 8]}${line}\n`).join('') + file.blanks[7];
  const ended = file.open ? text.replace(/\n+$/, '') : text;
  return file.crlf ? ended.replaceAll('\n', '\r\n') : ended;
});

describe.each(['1.7.35', '2.2.9', '2.3.7'])('any main file on containerd %s', (version) => {
  test('means what it meant plus ours after installing, and is the same bytes after taking back', () => {
    fc.assert(fc.property(mainFile, fc.constantFrom([tables('runsc')], [tables('a'), tables('runsc-kvm')]), (text, handlers) => {
      const files = host({ [MAIN]: text });
      const changes = install(files, version, handlers);
      const installed = applied(files, changes);

      const [before, after] = [parseToml(text), parseToml(textOf(installed, MAIN)!)];
      const covered = textOf(installed, DROP_IN) !== undefined && textOf(installed, MAIN) === text;
      const ours = handlers.map(({ v2 }) => parseToml(v2)).reduce(merged);
      const expected = version.startsWith('1.')
        ? merged(before, 'plugins' in before && text.includes('runtimes.runc') ? ours : merged(RUNC, ours))
        : { ...before, ...(covered ? {} : { imports: [PATTERN, ...(before.imports as string[] | undefined) ?? []] }) };
      expect(sameMeaning(after, expected)).toBe(true);
      if (text.includes('\r\n')) expect(textOf(installed, MAIN)!.replaceAll('\r\n', '')).not.toContain('\n');

      expect(install(installed, version, handlers)).toEqual([]);
      const gone = applied(installed, takeBack(installed, version));
      expect(textOf(gone, MAIN)).toBe(text);
      expect(textOf(gone, DROP_IN)).toBeUndefined();
    }), { numRuns: 300 });
  });
});

const RUNC = parseToml('[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\nruntime_type = "io.containerd.runc.v2"\nsandbox_mode = "podsandbox"\n');
