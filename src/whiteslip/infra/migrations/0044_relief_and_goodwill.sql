-- More forms of relief.
ALTER TABLE care.relief DROP CONSTRAINT relief_form_check;
ALTER TABLE care.relief ADD CONSTRAINT relief_form_check CHECK (
    form IN ('promise', 'deferral', 'extension', 'installments', 'seasonal', 'holiday', 'due_day', 're_age', 're_amortize', 'new_terms')
);
