-- Where every number comes from: the workbooks in this warehouse, which of them are current, and how to cite them.
select
    family,
    years,
    vintage,
    file_name,
    is_current,
    is_synthetic,
    is_reconstructed,
    citation
from meta.release
order by family, years, vintage;
