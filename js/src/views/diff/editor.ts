import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import {
  acceptChunk,
  getChunks,
  goToNextChunk,
  goToPreviousChunk,
  rejectChunk,
  unifiedMergeView,
} from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** JupyterLab's colour for a sort of token, with one for pages that have none. */
const color = (name: string, fallback: string) => `var(--jp-mirror-editor-${name}-color, ${fallback})`;

const highlight = HighlightStyle.define([
  { tag: tags.keyword, color: color('keyword', 'var(--lj-code-keyword)'), fontWeight: 'bold' },
  { tag: [tags.string, tags.special(tags.string)], color: color('string', 'var(--lj-code-string)') },
  { tag: tags.comment, color: color('comment', 'var(--lj-muted)'), fontStyle: 'italic' },
  { tag: [tags.number, tags.bool, tags.null], color: color('number', 'var(--lj-code-number)') },
  { tag: tags.operator, color: color('operator', 'inherit') },
  {
    tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)],
    color: color('def', 'inherit'),
  },
]);

// Every colour is one of ours, so that both themes are readable: the editor's own are made for light pages.
const look = EditorView.theme({
  '&': { color: 'var(--lj-text)', backgroundColor: 'var(--lj-page)', fontSize: '12.5px', maxHeight: '520px' },
  '&.cm-focused': { outline: '2px solid var(--lj-focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--lj-mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--lj-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--lj-text)' },
  '.cm-gutters': { backgroundColor: 'var(--lj-soft)', color: 'var(--lj-muted)', border: 'none' },
  '&.cm-focused > .cm-scroller .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection': {
    backgroundColor: 'var(--lj-selection)',
  },
  '&.cm-merge-b .cm-changedLine, .cm-inlineChangedLine': { backgroundColor: 'var(--lj-added)' },
  '&.cm-merge-b .cm-changedText': { background: 'var(--lj-added-strong)' },
  '.cm-deletedChunk': { backgroundColor: 'var(--lj-removed)', paddingLeft: '6px' },
  '.cm-deletedChunk .cm-deletedText, & .cm-deletedChunk del': {
    background: 'var(--lj-removed-strong)',
    textDecoration: 'none',
  },
  '&.cm-merge-b .cm-changedLineGutter': { background: 'var(--lj-added-edge)' },
  '.cm-deletedLineGutter': { background: 'var(--lj-removed-edge)' },
  '.cm-collapsedLines': { background: 'var(--lj-soft)', color: 'var(--lj-muted)', padding: '2px 8px' },
  // the editor's own sign is in few fonts
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"⋯" !important' },
  '.cm-chunkButtons': { top: '2px' },
  '.cm-chunkButtons button': {
    font: '11px sans-serif',
    borderRadius: '3px',
    padding: '1px 6px',
    margin: '0 2px',
  },
});

const PHRASES = EditorState.phrases.of({ Accept: 'Keep', Reject: 'Undo' });

/** The unified diff, editable: the rewritten code with what it replaces shown in between. */
export class DiffEditor {
  readonly element: HTMLElement = document.createElement('div');
  #view: EditorView | null = null;
  #original = '';
  /** Whether changed words are marked, not only changed lines. */
  #words = true;

  /** `onEdit` is called after each change by the user. */
  constructor(private readonly onEdit: () => void) {
    this.element.className = 'lj-editor';
  }

  show(original: string, rewritten: string, editable: boolean): void {
    this.#view?.destroy();
    this.#original = original;
    this.#words = resemble(original, rewritten);
    this.element.classList.toggle('lj-lines-only', !this.#words);
    this.#view = new EditorView({
      parent: this.element,
      state: EditorState.create({ doc: rewritten, extensions: this.#extensions(editable) }),
    });
    this.#count();
  }

  get code(): string {
    return this.#view?.state.doc.toString() ?? '';
  }

  destroy(): void {
    this.#view?.destroy();
    this.#view = null;
  }

  #extensions(editable: boolean): Extension[] {
    return [
      lineNumbers(),
      history(),
      highlightSpecialChars(),
      python(),
      syntaxHighlighting(highlight),
      look,
      PHRASES,
      EditorState.readOnly.of(!editable),
      EditorView.contentAttributes.of({
        'aria-label': 'Rewritten code, with the original lines it replaces',
      }),
      unifiedMergeView({
        original: this.#original,
        mergeControls: editable,
        highlightChanges: this.#words,
        gutter: true,
        collapseUnchanged: { margin: 3, minSize: 6 },
      }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        this.#count();
        this.onEdit();
      }),
      keymap.of([
        { key: 'Alt-ArrowDown', run: goToNextChunk },
        { key: 'Alt-ArrowUp', run: goToPreviousChunk },
        { key: 'Alt-k', run: (view) => acceptChunk(view) },
        { key: 'Alt-u', run: (view) => rejectChunk(view) },
        // Tab indents; Escape first, then Tab leaves the editor (CodeMirror's own way out)
        indentWithTab,
        ...defaultKeymap,
        ...historyKeymap,
      ]),
    ];
  }

  #count(): void {
    const chunks = this.#view ? getChunks(this.#view.state)?.chunks.length : 0;
    this.element.dataset.chunks = String(chunks ?? 0);
  }
}

/** Whether marking changed words helps: only where most lines are common; else nearly every word is marked. */
function resemble(original: string, rewritten: string): boolean {
  const lines = (code: string) => code.split('\n').filter((line) => line.trim() !== '');
  const [before, after] = [lines(original), lines(rewritten)];
  const known = new Set(before);
  const common = after.filter((line) => known.has(line)).length;
  return common >= 0.6 * Math.max(before.length, after.length);
}
