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
    const functions = called.get(pathToFileURL(resolve(file)).href);
    if (!functions?.size) throw new Error(`${app} calls nothing in ${file}`);
    writeFileSync(file, inParentheses(readFileSync(file, 'utf8'), functions));
  }
}

/** What a run of an app called, as `start-end` of the functions in each script. */
function functionsCalledBy(app) {
  const folder = mkdtempSync(join(tmpdir(), 'called-'));
  try {
    const coverage = join(folder, 'coverage');
    const { status, signal, error } = spawnSync(process.execPath, [app, join(folder, 'out')], {
      stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_V8_COVERAGE: coverage },
    });
    if (status !== 0) throw new Error(`${app} ended with ${error ?? signal ?? status}`);
    const reports = readdirSync(coverage);
    if (reports.length !== 1) throw new Error(`${app} left ${reports.length} reports of its coverage`);
    const { result } = JSON.parse(readFileSync(join(coverage, reports[0]), 'utf8'));
    return new Map(result.map(({ url, functions }) => [url, new Set(functions
      .flatMap(({ ranges: [{ count, startOffset, endOffset }] }) => count > 0 ? `${startOffset}-${endOffset}` : []))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inParentheses(code, called) {
  const file = ts.createSourceFile('library.js', code, ts.ScriptTarget.Latest, true);
  const isWanted = (node) => called.has(`${node.getStart()}-${node.getEnd()}`) && ts.isIdentifier(node.name) && !node.modifiers?.length
    && node.name.text !== '__proto__' && !usesSuper(node);
  const expression = (node) => {
    const parameters = node.getChildren().find(({ kind }) => kind === ts.SyntaxKind.OpenParenToken);
    return `(function${node.asteriskToken ? '*' : ''}${code.slice(parameters.getStart(), node.getEnd())})`;
  };
  const edits = [];
  // Declared functions exist before the first line runs, and so have to be what the first line makes of them.
  const declared = file.statements.filter((node) => ts.isFunctionDeclaration(node) && isWanted(node));
  for (const node of declared) edits.push({ start: node.getStart(), end: node.getEnd(), text: '' });
  // Methods of objects, as the rules are, outside of other functions.
  (function walk(parent) {
    ts.forEachChild(parent, (node) => {
      if (ts.isMethodDeclaration(node) && ts.isObjectLiteralExpression(parent) && isWanted(node)) {
        edits.push({ start: node.getStart(), end: node.getEnd(), text: `${node.name.text}:${expression(node)}` });
      } else if (!ts.isFunctionLike(node)) {
        walk(node);
      }
    });
  }(file));
  const first = file.statements.find((node) => !ts.isExpressionStatement(node) || !ts.isStringLiteral(node.expression))?.getStart() ?? code.length;
  if (declared.length) edits.push({ start: first, end: first, text: `var ${declared.map((node) => `${node.name.text}=${expression(node)}`).join(',\n')};\n` });
  return edits.sort((a, b) => b.start - a.start || b.end - a.end).reduce((text, { start, end, text: replacement }) => text.slice(0, start) + replacement + text.slice(end), code);
}

function usesSuper(node) {
  return node.kind === ts.SyntaxKind.SuperKeyword || (ts.forEachChild(node, usesSuper) ?? false);
}
