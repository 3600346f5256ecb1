-- What should I know about the workbooks in this warehouse: known issues and corrections, with the number of cells changed?
select
    r.family,
    r.vintage,
    r.years,
    q.kind,
    q.code,
    q.cell_count,
    q.message
from meta.quality as q
inner join meta.release as r on q.release_id = r.release_id
where q.kind in ('correction', 'known_issue')
order by r.family, r.years, r.vintage, q.finding_no;
