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
  const isCalled = (node) => called.has(`${node.getStart()}-${node.getEnd()}`) && !node.modifiers?.length;
  const isNamed = (node) => isCalled(node) && ts.isIdentifier(node.name) && node.name.text !== '__proto__' && !finds(node, isSuper);
  // Declared functions exist before the first line runs, and so have to be what the first line makes of them.
  const declared = file.statements.filter((node) => ts.isFunctionDeclaration(node) && isNamed(node));
  // Methods of objects, as the rules are. V8 does not look at parentheses around an arrow function.
  const isMethod = (node) => ts.isMethodDeclaration(node) && ts.isObjectLiteralExpression(node.parent) && isNamed(node);
  const isArrow = (node) => ts.isArrowFunction(node) && isCalled(node) && !finds(node, isOfTheFunctionAround);

  /** A part of the file with what is to be rewritten in it. */
  function rewritten(part, start = part.getStart()) {
    const texts = [];
    let at = start;
    (function visit(node) {
      const replaced = declared.includes(node) ? '' : isMethod(node) ? `${node.name.text}:${expression(node)}` : isArrow(node) ? expression(node) : undefined;
      if (replaced === undefined) return void ts.forEachChild(node, visit);
      texts.push(code.slice(at, node.getStart()), replaced);
      at = node.getEnd();
    }(part));
    return texts.join('') + code.slice(at, part.getEnd());
  }
  function expression(node) {
    const [first] = node.parameters;
    const body = rewritten(node.body);
    const parameters = node.parameters.length ? code.slice(first.getStart(), node.parameters.end) : '';
    return `(function${node.asteriskToken ? '*' : ''}(${parameters})${ts.isBlock(node.body) ? body : `{return ${body}}`})`;
  }
  const first = file.statements.find((node) => !ts.isExpressionStatement(node) || !ts.isStringLiteral(node.expression))?.getStart() ?? code.length;
  const atOnce = declared.length ? `var ${declared.map((node) => `${node.name.text}=${expression(node)}`).join(',\n')};\n` : '';
  return code.slice(0, first) + atOnce + rewritten(file, first);
}

const isSuper = (node) => node.kind === ts.SyntaxKind.SuperKeyword;

/** What an arrow function takes from the function around it. */
function isOfTheFunctionAround(node) {
  return isSuper(node) || node.kind === ts.SyntaxKind.ThisKeyword || ts.isMetaProperty(node) || (ts.isIdentifier(node) && node.text === 'arguments');
}

function finds(node, isWanted) {
  return isWanted(node) || (ts.forEachChild(node, (child) => finds(child, isWanted)) ?? false);
}
