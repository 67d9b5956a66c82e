"""What people write into the pages that every kind has."""

from django import forms

UPLOAD_LIMIT = 50 * 2**20  # bytes


class ImportFile(forms.Form):
    """A file of histories, or an export."""

    file = forms.FileField(
        label="File", allow_empty_file=False, widget=forms.FileInput({"accept": ".jsonl,.ndjson,.json,.zip"})
    )

    def clean_file(self) -> object:
        """Refuse what is too long to be read in one request."""
        file = self.cleaned_data["file"]
        if file.size > UPLOAD_LIMIT:
            raise forms.ValidationError(
                f"The file has {file.size / 2**20:,.0f} MB; the limit is {UPLOAD_LIMIT // 2**20} MB. "
                "Split it: the lines of one prompt or agent must stay in one file."
            )
        return file
