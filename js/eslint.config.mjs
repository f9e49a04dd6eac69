import js from '@eslint/js';
import tseslint from 'typescript-eslint';

// Everything that reaches the page is text: these would parse it as HTML or run it as code.
const unsafe = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'createContextualFragment'].map(
  (property) => ({
    property,
    message: 'Text is always text: build nodes with lib/dom.ts.',
  }),
);

export default tseslint.config(
  { ignores: ['build/', 'lib/', 'node_modules/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-properties': ['error', ...unsafe],
      'no-eval': 'error',
      'no-restricted-globals': ['error', 'eval'],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  // The views know neither anywidget nor JupyterLab: hosts know the views.
  {
    files: ['src/lib/**', 'src/views/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^@(anywidget|jupyterlab)/' }, { regex: '\\.\\./widgets/' }] },
      ],
    },
  },
  {
    files: ['test/**'],
    // node:test's `test` returns a promise that the runner awaits itself
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  {
    files: ['*.js', '*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
);
