// No module of the page says anything of its own: what people read or hear comes from words/.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';

const STATIC = new URL('../../../static/', import.meta.url);
/** Calls whose arguments from this one on are read by people. @type {Record<string, number>} */
const SAYING_CALLS = { make: 2, makeButton: 1, setText: 1, append: 0, prepend: 0, replaceChildren: 0, alert: 0, confirm: 0, prompt: 0 };
const SAYING_PROPERTIES = ['textContent', 'innerText', 'title', 'placeholder', 'alt', 'label', 'ariaLabel', 'ariaDescription', 'ariaRoleDescription', 'ariaValueText'];
const SAYING_ATTRIBUTES = ['title', 'placeholder', 'alt', 'label', 'aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext'];
const WORD = /\p{L}{2,}/u;

/** Literals that can become the value of an expression. @param {ts.Node} node @returns {string[]} */
function literals(node) {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return [node.head.text, ...node.templateSpans.flatMap((x) => [x.literal.text, ...literals(x.expression)])];
  }
  if (ts.isConditionalExpression(node)) return [...literals(node.whenTrue), ...literals(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return literals(node.expression);
  const { PlusToken, BarBarToken, QuestionQuestionToken } = ts.SyntaxKind;
  if (ts.isBinaryExpression(node) && [PlusToken, BarBarToken, QuestionQuestionToken].includes(/** @type {any} */ (node.operatorToken.kind))) {
    return [...literals(node.left), ...literals(node.right)];
  }
  return [];
}

/** What a node gives to people. @param {ts.Node} node @returns {ts.Node[]} */
function said(node) {
  if (ts.isCallExpression(node)) {
    const { expression: callee, arguments: values } = node;
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
    const [first] = values;
    if (name === 'setAttribute' && first && SAYING_ATTRIBUTES.includes(literals(first)[0] ?? '')) return values.slice(1);
    return Object.hasOwn(SAYING_CALLS, name) ? values.slice(SAYING_CALLS[name]) : [];
  }
  const assigns = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  if (!assigns || !ts.isPropertyAccessExpression(node.left)) return [];
  return SAYING_PROPERTIES.includes(node.left.name.text) ? [node.right] : [];
}

/** @param {string} name @param {string} source @returns {string[]} each with its place */
function literalText(name, source) {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  /** @type {string[]} */
  const found = [];
  const visit = (/** @type {ts.Node} */ node) => {
    for (const value of said(node)) {
      const { line } = file.getLineAndCharacterOfPosition(value.getStart());
      for (const text of literals(value)) if (WORD.test(text)) found.push(`${name}:${line + 1}: ${text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** @param {string} folder below static/ */
function modules(folder) {
  return readdirSync(new URL(folder, STATIC)).filter((x) => x.endsWith('.js') && x !== 'words.js').map((x) => `${folder}${x}`);
}

test('no literal text stands in the modules', () => {
  const names = [...modules('js/'), ...modules('login/')];
  assert.ok(names.length > 20);
  assert.deepEqual(names.flatMap((x) => literalText(x, readFileSync(new URL(x, STATIC), 'utf8'))), []);
});

test('literal text would be found', () => {
  assert.equal(literalText('x', `setText(a, b ? 'Hello' : words.ui.open)`).length, 1);
  assert.equal(literalText('x', 'element.title = `${n} cameras`').length, 1);
  assert.equal(literalText('x', `a.setAttribute('aria-label', 'Close'); make('p', 'message', 'Hello')`).length, 2);
  assert.equal(literalText('x', `a.setAttribute('aria-hidden', 'true'); make('p', 'message', ui.text, ' · ')`).length, 0);
});
