// V8 reads a function when it loads a file, and again when the function is called for the first time. One in parentheses
// it compiles at once (https://v8.dev/blog/preparser#pife). So what the smallest app calls is put into parentheses.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/** Changes files of the library in place. */
export function compileAtOnce(files, app) {
  const called = functionsCalledBy(app);
  for (const file of files) {
    writeFileSync(file, inParentheses(readFileSync(file, 'utf8'), called.get(pathToFileURL(resolve(file)).href) ?? new Set()));
  }
}

/** What a run of an app called, as `start-end` of the functions in each script. */
function functionsCalledBy(app) {
  const folder = mkdtempSync(join(tmpdir(), 'called-'));
  try {
    const run = spawnSync(process.execPath, [app, join(folder, 'out')], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_V8_COVERAGE: join(folder, 'coverage') } });
    if (run.status !== 0) throw new Error(`${app} exited with ${run.status}`);
    const [report] = readdirSync(join(folder, 'coverage'));
    const { result } = JSON.parse(readFileSync(join(folder, 'coverage', report), 'utf8'));
    return new Map(result.map(({ url, functions }) => [url, new Set(functions
      .flatMap(({ ranges: [{ count, startOffset, endOffset }] }) => count > 0 ? `${startOffset}-${endOffset}` : []))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inParentheses(code, called) {
  const file = ts.createSourceFile('library.js', code, ts.ScriptTarget.Latest, true);
  const isCalled = (node) => called.has(`${node.getStart()}-${node.getEnd()}`);
  const expression = (node) => `(function${node.asteriskToken ? '*' : ''}${code.slice(code.indexOf('(', node.name.getEnd()), node.getEnd())})`;
  const edits = [];
  // Declared functions exist before the first line runs, and so have to be what the first line makes of them.
  const declared = file.statements.filter((node) => ts.isFunctionDeclaration(node) && !isAsync(node) && isCalled(node));
  for (const node of declared) edits.push({ node, text: '' });
  // Methods of objects, as the rules are, outside of other functions.
  (function walk(parent) {
    ts.forEachChild(parent, (node) => {
      if (ts.isMethodDeclaration(node) && ts.isObjectLiteralExpression(parent) && ts.isIdentifier(node.name) && !isAsync(node) && isCalled(node)) {
        edits.push({ node, text: `${node.name.text}:${expression(node)}` });
      } else if (!ts.isFunctionLike(node)) {
        walk(node);
      }
    });
  }(file));
  const first = declared.length ? `var ${declared.map((node) => `${node.name.text}=${expression(node)}`).join(',\n')};\n` : '';
  return first + edits.sort((a, b) => b.node.getStart() - a.node.getStart())
    .reduce((text, { node, text: replacement }) => text.slice(0, node.getStart()) + replacement + text.slice(node.getEnd()), code);
}

function isAsync(node) {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false;
}
